import json

from jupyter_mesh.testing.mesh import CHECKS, ScriptedMesh


def test_releases_have_what_a_program_needs(run):
    found = json.loads(run("releases", "aviation/delays", "--json").stdout)
    assert [entry["version"] for entry in found] == ["1.1.0", "1.0.0"]
    keys = {"product", "version", "state", "created", "actor", "reason", "digest", "tables"}
    assert all(keys <= entry.keys() for entry in found)
    assert found[0]["product"] == "aviation/delays"
    assert found[0]["actor"] == "ana"
    assert found[0]["tables"][0]["table"] == "lake.aviation_delays.carriers"
    assert "2 releases" in run("releases").stdout


def test_a_broken_rule_ends_with_1_and_all_rules_are_shown(run):
    ended = run("check", "aviation/delays")
    assert ended.exit_code == 1
    assert "✗ failed" in ended.stdout
    assert "✓ passed" in ended.stdout
    document = json.loads(run("check", "aviation/delays", "--json").stdout)
    assert document[0]["outcome"] == "failed"
    assert document[0]["rows"] == [{"carrier": None, "month": 1}]


def test_kept_rules_end_with_0(run, monkeypatch):
    monkeypatch.setattr(ScriptedMesh, "check", lambda _self, _name: [CHECKS[1]])
    assert run("check", "aviation/delays").exit_code == 0


def test_a_plan_says_version_and_reason(run, fake):
    shown = run("plan", "aviation/delays", "-p", "month=3").stdout
    assert "aviation/delays 1.1.0: nothing stands in the way" in shown
    assert "a column was added" in shown
    assert fake.calls[0] == ("plan", "aviation/delays", {"month": 3})
    document = json.loads(run("plan", "aviation/delays", "--json").stdout)
    assert (document["version"], document["clear"]) == ("1.1.0", True)


def test_a_promotion_tells_its_steps_aside_and_answers_with_the_release(run, fake):
    ended = run("promote", "aviation/delays", "--wait", "2")
    assert ended.exit_code == 0
    assert ended.stderr.splitlines()[0].startswith("run      1/2")
    assert "aviation/delays 1.1.0" in ended.stdout
    assert "cell 1" not in ended.stdout
    assert fake.calls[0] == ("promote", "aviation/delays", {}, 2.0)
    assert json.loads(run("promote", "aviation/delays", "--json").stdout)["version"] == "1.1.0"
    assert run("--quiet", "promote", "aviation/delays").stderr == ""


def test_diff_and_rollback_answer(run, fake):
    assert "aviation/delays 1.0.0 -> 1.1.0" in run("diff", "a/b@1.0.0", "a/b").stdout
    assert json.loads(run("diff", "a/b@1.0.0", "a/b", "--json").stdout)["decision"]
    assert "1.0.0+r1" in run("rollback", "aviation/delays", "1.0.0").stdout
    assert ("rollback", "aviation/delays", "1.0.0") in fake.calls


def test_a_new_product_is_laid_out_and_not_twice(run, tmp_path):
    run("init", str(tmp_path))
    words = ["--mesh", str(tmp_path), "new", "product", "energy/plants", "--port", "solar",
             "--port", "wind", "--owner", "bo"]  # fmt: skip
    ended = run(*words)
    assert ended.exit_code == 0, ended.stderr
    folder = tmp_path / "products" / "energy" / "plants"
    assert (folder / "contracts" / "wind.odcs.yaml").is_file()
    assert "bo" in (folder / "product.odps.yaml").read_text()
    assert "mesh promote energy/plants" in ended.stdout
    again = run(*words, "--json")
    assert again.exit_code == 4
    assert "there already" in json.loads(again.stdout)["error"]["message"]


def test_a_product_s_name_is_checked(run, tmp_path):
    run("init", str(tmp_path))
    assert run("--mesh", str(tmp_path), "new", "product", "Energy Plants").exit_code == 2
    assert not (tmp_path / "products").exists()


def test_lint_of_right_files_finds_nothing(run, tmp_path):
    run("init", str(tmp_path))
    ended = run("--mesh", str(tmp_path), "lint", "--json")
    assert (ended.exit_code, json.loads(ended.stdout)) == (0, [])


def test_lint_finds_every_fault_of_a_mesh_that_does_not_open(run, tmp_path):
    (tmp_path / "mesh.yaml").write_text("engin: x\ncatalogs: {lake: {type: iceberk}}\n")
    ended = run("--mesh", str(tmp_path), "lint", "--json")
    assert ended.exit_code == 2
    assert [finding["line"] for finding in json.loads(ended.stdout)] == [1, 2]
