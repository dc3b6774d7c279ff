"""Settings: what mesh.yaml and the environment come to."""

import sys
import types
from pathlib import Path

import pytest

from jupyter_mesh.errors import ConfigError, DescriptorError
from jupyter_mesh.settings import (
    EmbeddedSettings,
    FilesSettings,
    IcebergSettings,
    PostgresqlSettings,
    SecretStore,
    SqliteSettings,
    TrinoSettings,
    load,
    starter,
)

LAKE = "catalogs:\n  lake:\n    type: iceberg\n"


@pytest.fixture
def mesh(tmp_path):
    def read(text, **environ):
        (tmp_path / "mesh.yaml").write_text(text)
        return load(tmp_path, environ)

    return read


def test_a_line_of_yaml_is_a_whole_mesh(mesh, tmp_path):
    settings = mesh(LAKE)
    assert settings.root == tmp_path
    assert settings.name == tmp_path.name
    assert settings.home == "lake"
    assert settings.engine == "embedded"
    assert settings.engines == {
        "embedded": EmbeddedSettings("2GB", 0),
        "trino": TrinoSettings(),
    }
    assert settings.products == tmp_path / "products"
    assert settings.policy == tmp_path / "policy"
    assert settings.cell_timeout == 3600
    assert settings.catalogs["lake"] == IcebergSettings(
        uri=f"sqlite:///{tmp_path}/.mesh/catalog.db",
        warehouse=f"file://{tmp_path}/.mesh/warehouse",
    )


def test_the_starter_is_a_mesh(mesh):
    assert mesh(starter("flights")).name == "flights"


def test_every_kind_of_catalog_is_read_in_order(mesh, tmp_path):
    settings = mesh(
        """\
catalogs:
  files: {type: files, path: data}
  pg: {type: postgresql, host: h, database: d, user: u, password: "${env:PW}"}
  lake:
    type: iceberg
    uri: postgresql://u@h/c
    password: ${keyring:c/u}
    warehouse: s3://bucket/prefix/
    storage: {endpoint: "http://127.0.0.1:9000", access_key: "${env:A}", path_style: false}
  ops: {type: sqlite, path: ../ops.db}
  sea: {type: iceberg, uri: "sqlite:///sea.db", warehouse: ./sea}
home: sea
engine: big
engines: {embedded: {memory: 512MiB}, big: {kind: trino, url: "https://t:8443", ca: ca.pem}}
"""
    )
    assert list(settings.catalogs) == ["files", "pg", "lake", "ops", "sea"]
    assert settings.catalogs["files"] == FilesSettings(str(tmp_path / "data"))
    assert settings.catalogs["pg"] == PostgresqlSettings("h", "d", "u", 5432, "${env:PW}")
    assert settings.catalogs["ops"] == SqliteSettings(str(tmp_path.parent / "ops.db"))
    assert settings.catalogs["sea"] == IcebergSettings(
        f"sqlite:///{tmp_path}/sea.db", f"file://{tmp_path}/sea"
    )
    lake = settings.catalogs["lake"]
    assert (lake.uri, lake.warehouse) == ("postgresql://u@h/c", "s3://bucket/prefix")
    assert (lake.storage.path_style, lake.storage.region) == (False, "us-east-1")
    assert settings.home == "sea"
    assert settings.engine == "big"
    assert settings.engines["embedded"].memory == "512MiB"
    assert settings.engines["big"] == TrinoSettings(
        "https://t:8443", ca=str(tmp_path / "ca.pem")
    )


def test_two_lakes_by_default_never_share_a_warehouse(mesh):
    catalogs = mesh("catalogs: {a: {type: iceberg}, b: {type: iceberg}}").catalogs
    assert len({catalog.warehouse for catalog in catalogs.values()}) == 2
    assert len({catalog.uri for catalog in catalogs.values()}) == 2


def test_a_mesh_that_only_reads_has_no_home(mesh):
    assert mesh("catalogs: {f: {type: files, path: x}}").home == ""


def test_no_representation_shows_a_reference_to_a_secret(mesh):
    text = LAKE + "    password: ${env:CANARY}\n    storage: {secret_key: '${env:CANARY}'}\n"
    assert "CANARY" not in repr(mesh(text))


@pytest.mark.parametrize(
    ("text", "environ", "user"),
    [
        ("user: ana\n", {"MESH_USER": "bo", "JUPYTERHUB_USER": "cy"}, "bo"),
        ("user: ana\n", {"JUPYTERHUB_USER": "cy"}, "ana"),
        ("user: {name: ana, groups: [ops]}\n", {}, "ana"),
        ("", {"JUPYTERHUB_USER": "cy"}, "cy"),
    ],
)
def test_the_user_is_who_was_named_last(mesh, text, environ, user):
    assert mesh(LAKE + text, **environ).actor.user == user


def test_groups_come_from_the_file(mesh):
    assert mesh(LAKE + "user: {name: ana, groups: [ops, eu]}\n").actor.groups == ("ops", "eu")


def test_the_login_name_is_the_user_otherwise(mesh, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "dee")
    assert mesh(LAKE).actor.user == "dee"


def test_a_user_without_a_name_still_has_one(mesh, monkeypatch):
    def nameless():
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert mesh(LAKE).actor.user.startswith("user-")


def test_a_wrong_file_is_refused_with_place_key_and_remedy(mesh):
    with pytest.raises(DescriptorError, match=r"mesh\.yaml:4: hoem: there is no such key"):
        mesh(LAKE + "hoem: lake\n")


def test_loading_touches_nothing(mesh, tmp_path):
    mesh(LAKE)
    assert [path.name for path in tmp_path.iterdir()] == ["mesh.yaml"]


def test_the_surroundings_are_the_default(tmp_path, monkeypatch):
    (tmp_path / "mesh.yaml").write_text(LAKE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MESH_PATH", raising=False)
    monkeypatch.setenv("MESH_USER", "eve")
    settings = load()
    assert (settings.root, settings.actor.user) == (Path.cwd(), "eve")


def test_a_secret_comes_from_the_environment():
    assert SecretStore({"PW": "hunter2"}).resolve("${env:PW}") == "hunter2"


def test_nothing_stands_for_nothing():
    assert SecretStore({}).resolve("") == ""


def test_a_missing_variable_is_named():
    with pytest.raises(ConfigError, match="no variable PW"):
        SecretStore({}).resolve("${env:PW}")


@pytest.mark.parametrize("text", ["hunter2", "${hunter2}", "${env:PW} hunter2", "${env:}"])
def test_what_is_no_reference_is_refused_and_not_repeated(text):
    with pytest.raises(ConfigError, match="in clear") as caught:
        SecretStore({"PW": "x"}).resolve(text)
    assert "hunter2" not in str(caught.value)


def test_the_store_does_not_show_its_environment():
    assert "hunter2" not in repr(SecretStore({"PW": "hunter2"}))


class FakeKeyringError(Exception):
    pass


@pytest.fixture
def keyring(monkeypatch):
    """A keyring that holds one password, and fails for the service `locked`."""

    def get_password(service, user):
        if service == "locked":
            raise FakeKeyringError("hunter2 is locked away")
        return {("db", "ana"): "hunter2"}.get((service, user))

    module = types.ModuleType("keyring")
    module.get_password = get_password
    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = FakeKeyringError
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


@pytest.mark.usefixtures("keyring")
def test_a_secret_comes_from_the_keyring():
    assert SecretStore({}).resolve("${keyring:db/ana}") == "hunter2"
    with pytest.raises(ConfigError, match="keyring set db bo"):
        SecretStore({}).resolve("${keyring:db/bo}")
    with pytest.raises(ConfigError, match="cannot be asked for locked/ana") as caught:
        SecretStore({}).resolve("${keyring:locked/ana}")
    assert "hunter2" not in str(caught.value)
