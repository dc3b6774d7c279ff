"""mesh.yaml as a file: found, overridden by the environment, faulted at its lines."""

from pathlib import Path

import pytest

from jupyter_mesh import meshfile
from jupyter_mesh.documents import Document
from jupyter_mesh.errors import ConfigError

LAKE = "catalogs:\n  lake:\n    type: iceberg\n"


def faults(text, **environ):
    return meshfile.faults(Document.parse(text, "mesh.yaml"), environ)


def test_the_nearest_file_upwards_is_found(tmp_path, monkeypatch):
    (tmp_path / "mesh.yaml").write_text(LAKE)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert meshfile.find(None, {}) == tmp_path / "mesh.yaml"


def test_a_folder_a_file_and_mesh_path_name_it_too(tmp_path, monkeypatch):
    file = tmp_path / "mesh.yaml"
    file.write_text(LAKE)
    assert meshfile.find(tmp_path, {}) == file
    assert meshfile.find(file, {}) == file
    assert meshfile.find(None, {"MESH_PATH": str(tmp_path)}) == file
    monkeypatch.chdir(tmp_path.parent)
    assert meshfile.find(Path(tmp_path.name), {}) == file


def test_a_given_path_wins_over_mesh_path(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mesh.yaml").write_text(LAKE)
    found = meshfile.find(tmp_path / "one", {"MESH_PATH": str(tmp_path / "two")})
    assert found.parent.name == "one"


def test_where_there_is_none_it_is_said_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="mesh init"):
        meshfile.find(None, {})
    with pytest.raises(ConfigError, match="There is no mesh at"):
        meshfile.find(tmp_path / "nowhere", {})


def test_the_starter_has_no_fault_and_is_explained_to_editors():
    text = meshfile.starter('it\'s "mine": # 1')
    assert faults(text) == []
    document = Document.parse(text, "f")
    assert document.plain()["name"] == 'it\'s "mine": # 1'
    schema = text.splitlines()[0].partition("$schema=")[2]
    assert Path(schema).is_file()


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("name: x\n", 1, "catalogs", "is missing"),
        ("catalogs: {}\n", 1, "catalogs", "expected at least one catalog"),
        (
            "catalogs:\n  a:\n    type: icberg\n",
            3,
            "catalogs.a.type",
            "expected one of iceberg",
        ),
        ("catalogs:\n  a:\n    path: x\n", 2, "catalogs.a.type", "is missing"),
        ("catalogs:\n  a:\n    type: files\n", 2, "catalogs.a.path", "is missing"),
        (LAKE + "enigne: embedded\n", 4, "enigne", "there is no such key"),
        (LAKE + "    path: x\n", 4, "catalogs.lake.path", "there is no such key"),
        (
            LAKE + "engines:\n  embedded:\n    memory: lots\n",
            6,
            "engines.embedded.memory",
            "a size such as 2GB",
        ),
        (
            LAKE + "engines:\n  embedded:\n    threads: -1\n",
            6,
            "engines.embedded.threads",
            "0 for all, found -1",
        ),
        (LAKE + "engine: [a]\n", 4, "engine", "found a list"),
        (LAKE + "engine: trini\n", 4, "engine", "there is no engine trini"),
        (LAKE + "engines: {t: {kind: trino, auth: magic}}\n", 4, "engines.t.auth", "magic"),
        (
            LAKE + "engines: {t: {kind: trino, password: pw}}\n",
            4,
            "engines.t.password",
            "in clear",
        ),
        (LAKE + "cell_timeout: 0\n", 4, "cell_timeout", "seconds of at least 1, found 0"),
        (LAKE + "cell_timeout: soon\n", 4, "cell_timeout", "found 'soon'"),
        (LAKE + "  Lake:\n    type: iceberg\n", 4, "catalogs.Lake", "are one name to SQL"),
        (LAKE + "  my-db:\n    type: iceberg\n", 4, "catalogs.my-db", "is not a plain name"),
        (
            LAKE + "  system:\n    type: files\n    path: x\n",
            4,
            "catalogs.system",
            "keeps for itself",
        ),
        (
            LAKE + "  information_schema:\n    type: files\n    path: x\n",
            4,
            "catalogs.information_schema",
            "keeps for itself",
        ),
        (LAKE + "home: sea\n", 4, "home", "is not an Iceberg catalog"),
        (
            LAKE + "  f:\n    type: files\n    path: x\nhome: f\n",
            7,
            "home",
            "is not an Iceberg catalog",
        ),
        (
            "catalogs:\n  a: {type: iceberg, warehouse: w}\n"
            "  b: {type: iceberg, warehouse: w/}\n",
            3,
            "catalogs.b.warehouse",
            "share one warehouse",
        ),
        (
            LAKE + "    uri: mysql://h/d\n",
            4,
            "catalogs.lake.uri",
            "expected an address such as",
        ),
        (LAKE + "name: 3\n", 4, "name", "expected text, found 3"),
    ],
)
def test_a_fault_stands_at_its_line_and_key(text, line, key, words):
    (fault,) = faults(text)
    assert (fault.line, fault.key) == (line, key)
    assert words in fault.reason


SECRETS = [
    "    password: hunter2\n",
    "    password: 12345678\n",
    "    storage:\n      access_key: hunter2\n",
    "    storage:\n      secret_key: ${hunter2}\n",
    "    uri: postgresql://u:hunter2@h/d\n",
    "    uri: postgresql+psycopg://u:hunter2@h/d\n",
    "    uri: postgresql://u@h/d?password=hunter2\n",
    "    warehouse: s3://key:hunter2@bucket/x\n",
    "    storage:\n      endpoint: https://u:hunter2@s3.example.org\n",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_in_clear_is_refused_and_not_repeated(text):
    (fault,) = faults(LAKE + text)
    assert fault.line == 3 + len(text.splitlines())
    assert "${env:NAME}" in fault.remedy
    assert "hunter2" not in str(fault)
    assert "12345678" not in str(fault)


@pytest.mark.parametrize(
    "text",
    [
        "    password: ${env:PG_PASSWORD}\n",
        "    password: ${keyring:warehouse/ana}\n",
        "    uri: postgresql://u@h:5432/d\n",
        "    uri: sqlite:////abs/catalog.db\n",
        "    warehouse: s3://bucket/prefix\n",
    ],
)
def test_references_and_plain_addresses_are_fine(text):
    assert faults(LAKE + text) == []


def test_all_faults_come_at_once_by_line():
    text = "nmae: x\ncatalogs:\n  a: {type: postgresql, host: h, password: p}\nengine: 3\n"
    assert [fault.line for fault in faults(text)] == [1, 3, 3, 3, 4]


def overridden(text, **environ):
    return meshfile.overridden(Document.parse(text, "f"), environ)[0]


def test_the_environment_overrides_any_key():
    plain = overridden(
        LAKE + "engine: embedded\n",
        MESH_USER="bo",
        MESH__ENGINES__EMBEDDED__THREADS="3",
        MESH__CATALOGS__LAKE__WAREHOUSE="s3://b",
        MESH__CATALOGS__LAKE__STORAGE__PATH_STYLE="false",
        MESH__CATALOGS__PG__TYPE="postgresql",
        MESH__NAME="",
        MESHUGGE="no",
        MESH__="no",
    )
    assert plain == {
        "user": "bo",
        "engine": "embedded",
        "engines": {"embedded": {"kind": "embedded", "threads": 3}},
        "catalogs": {
            "lake": {
                "type": "iceberg",
                "warehouse": "s3://b",
                "storage": {"path_style": False},
            },
            "pg": {"type": "postgresql"},
        },
    }


def test_mesh_engine_keeps_the_limits_of_the_file():
    plain = overridden("engines: {embedded: {threads: 2}}\n", MESH_ENGINE="trino")
    assert plain["engine"] == "trino"
    assert plain["engines"] == {"embedded": {"kind": "embedded", "threads": 2}}


def test_a_fault_of_the_environment_is_laid_at_its_door():
    (fault,) = faults(LAKE, MESH__ENGINES__EMBEDDED__MEMORY="lots")
    assert fault.file == "environment variable MESH__ENGINES__EMBEDDED__MEMORY"
    assert fault.line == 0
    assert "a size such as 2GB" in str(fault)


def test_a_secret_in_the_environment_is_refused_too_and_not_repeated():
    (fault,) = faults(LAKE, MESH__CATALOGS__LAKE__PASSWORD="hunter2")
    assert fault.file == "environment variable MESH__CATALOGS__LAKE__PASSWORD"
    assert "hunter2" not in str(fault)
