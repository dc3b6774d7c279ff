import pytest

from jupyter_mesh.magics.transformer import MeshCells, split_cell


class Autoawait:
    autoawait = True


def transformed(text, shell=Autoawait):
    return "".join(MeshCells(shell)(text.splitlines(keepends=True)))


@pytest.mark.parametrize(
    ("text", "line", "body"),
    [
        ("%%mesh\nSELECT 1\n", "", "SELECT 1\n"),
        ("%%mesh --into df\nSELECT 1", "--into df", "SELECT 1"),
        ("%%mesh   --into  df  \nSELECT 1", "--into  df", "SELECT 1"),
        ("\n\n%%mesh\nSELECT 1", "", "SELECT 1"),
        ("# a comment\n   # another\n\n%%mesh\nSELECT 1", "", "SELECT 1"),
        ("%%mesh", "", ""),
        ("%%mesh\n", "", ""),
        ("%%mesh\n\nSELECT 'it''s', \"a\"\"b\"\n", "", "\nSELECT 'it''s', \"a\"\"b\"\n"),
        ("%%mesh\nSELECT '''', \"\"\"\" -- \\n \\", "", "SELECT '''', \"\"\"\" -- \\n \\"),
        ("%%mesh\nSELECT 'größe', '数', '🛫', U&'\\0041'\n", "",
         "SELECT 'größe', '数', '🛫', U&'\\0041'\n"),
        ("%%mesh\nSELECT '{x}', '$x', '%s', '%%mesh'\n", "",
         "SELECT '{x}', '$x', '%s', '%%mesh'\n"),
        ("%%mesh\r\nSELECT 1\r\n", "", "SELECT 1\r\n"),
        ("%%mesh\n%%mesh\nSELECT 1", "", "%%mesh\nSELECT 1"),
    ],
)  # fmt: skip
def test_a_cell_arrives_as_it_was_written(text, line, body):
    assert split_cell(text.splitlines(keepends=True)) == (line, body)
    said = {}

    class Shell:
        async def mesh_cell(self, line, body):
            said["cell"] = line, body

    code = transformed(text)
    assert code.startswith("await ")
    names = {"get_ipython": Shell}
    exec(f"async def cell():\n    {code}", names)
    with pytest.raises(StopIteration):
        names["cell"]().send(None)
    assert said["cell"] == (line, body)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n%%mesh\nSELECT 1\n",
        "text = '''\n%%mesh\nSELECT 1\n'''\n",
        '"""\n%%mesh\n"""\n',
        "print('%%mesh')\n",
        "%mesh browse\n",
        "%%meshing\nx\n",
        "%%mesh.x\n",
        "%%time\n%%mesh\nSELECT 1",
        " %%mesh\nSELECT 1",
        "# only a comment\n",
        "",
        "%%",
    ],
)
def test_any_other_cell_is_left_alone(text):
    assert transformed(text) == text


def test_a_shell_that_cannot_await_gets_the_synchronous_magic():
    class Plain:
        autoawait = False

    assert transformed("%%mesh\nSELECT 1", Plain).startswith("get_ipython().run_cell_magic(")


def test_a_cell_inside_a_running_cell_is_synchronous():
    cells = MeshCells(Autoawait)
    cells.began()
    assert "await" not in "".join(cells(["%%mesh\n", "SELECT 1"]))
    cells.ended()
    cells.ended()
    assert "await" in "".join(cells(["%%mesh\n", "SELECT 1"]))


def test_a_half_typed_cell_is_not_taken_for_complete(shell):
    assert shell.check_complete("%%mesh")[0] == "incomplete"
    assert shell.check_complete("%%mesh\nSELECT 1")[0] == "incomplete"
    assert shell.check_complete("%%mesh\nSELECT 1\n\n")[0] == "complete"


@pytest.mark.parametrize("text", ["%%mesh --into df\nSELECT 1", "\n# why\n%%mesh\nSELECT 1"])
def test_a_shell_awaits_the_cell(shell, text):
    assert shell.transform_cell(text).startswith("await get_ipython().mesh_cell(")


def test_a_comment_before_the_magic_is_allowed(run, fake):
    assert run("# how late they are\n%%mesh\nSELECT 1").success
    assert fake.calls == [("query", "SELECT 1", {}, None)]
