"""A mesh's catalogs as Trino's, with no secret in them."""

import json

import pytest

from jupyter_mesh.engines.trino_catalogs import (
    environment,
    is_known,
    kept_by_others,
    properties,
)
from jupyter_mesh.engines.trino_rules import ACCESS, RULES, server_files
from jupyter_mesh.errors import ConfigError
from jupyter_mesh.settings import (
    FilesSettings,
    IcebergSettings,
    PostgresqlSettings,
    RestSettings,
    SqliteSettings,
    StorageSettings,
)

LOCAL = IcebergSettings("sqlite:////m/catalog.db", "file:///m/warehouse")
SERVED = IcebergSettings(
    "postgresql+psycopg://an%20a@db.example:5433/mesh",
    "s3://bucket/lake",
    "${env:PW}",
    StorageSettings("https://s3.example", "eu", "${env:K}", "${env:S}", path_style=False),
)
CRM = PostgresqlSettings("h", "d", "u", 5432, "${env:PW}")


class Known:
    def resolve(self, reference):
        return f"value of {reference}"


def test_a_lake_on_this_disk():
    found = properties("lake", LOCAL)
    assert found["connector.name"] == "iceberg"
    assert found["iceberg.jdbc-catalog.connection-url"].startswith("jdbc:sqlite:/m/catalog.db?")
    assert found["iceberg.jdbc-catalog.catalog-name"] == "lake"
    assert found["fs.native-local.enabled"] == "true"
    branch = properties("lake", LOCAL, "lake~run1")
    assert branch["iceberg.jdbc-catalog.catalog-name"] == "lake~run1"


def test_a_lake_on_servers_names_its_secrets_only():
    found = properties("lake", SERVED)
    prefix = "iceberg.jdbc-catalog"
    assert found[f"{prefix}.connection-url"] == "jdbc:postgresql://db.example:5433/mesh"
    assert found[f"{prefix}.connection-user"] == "an a"
    assert found[f"{prefix}.connection-password"] == "${ENV:MESH_LAKE_PASSWORD}"
    assert found["s3.endpoint"] == "https://s3.example"
    assert found["s3.aws-secret-key"] == "${ENV:MESH_LAKE_SECRET_KEY}"
    assert found["s3.path-style-access"] == "false"
    assert environment({"lake": SERVED, "crm": CRM}, Known()) == {
        "MESH_LAKE_PASSWORD": "value of ${env:PW}",
        "MESH_LAKE_ACCESS_KEY": "value of ${env:K}",
        "MESH_LAKE_SECRET_KEY": "value of ${env:S}",
        "MESH_CRM_PASSWORD": "value of ${env:PW}",
    }


def test_a_database_without_an_address_is_refused():
    with pytest.raises(ConfigError, match="network address"):
        properties("lake", IcebergSettings("postgresql:///mesh", "file:///w"))


def test_catalogs_that_others_keep():
    plain = RestSettings("https://c.example", "w", "p", token="${env:T}")
    found = properties("sea", plain)
    assert found["iceberg.rest-catalog.uri"] == "https://c.example"
    assert found["iceberg.rest-catalog.prefix"] == "p"
    assert found["iceberg.rest-catalog.oauth2.token"] == "${ENV:MESH_SEA_TOKEN}"
    assert found["fs.native-s3.enabled"] == "true"
    near = kept_by_others("sea", plain, "file:///w")
    assert near["fs.native-local.enabled"] == "true"


@pytest.mark.parametrize("settings", [SqliteSettings("x.db"), FilesSettings("data")])
def test_what_trino_has_no_connector_for_is_named(settings):
    assert not is_known(settings)
    with pytest.raises(ConfigError, match="no connector for the catalog drop"):
        properties("drop", settings)


def test_a_server_gets_every_catalog_it_can_read_and_rules_for_lakes():
    files = server_files(
        {"lake": SERVED, "crm": CRM, "drop": FilesSettings("data")}, {"lake": "prod"}
    )
    assert files.keys() == {
        "catalog/prod.properties",
        "catalog/crm.properties",
        ACCESS,
        RULES,
    }
    assert "value of" not in "".join(files.values())
    assert '"catalog": "prod"' in files[RULES]
    tables = json.loads(files[RULES])["tables"]
    assert tables[:2] == [
        {"catalog": "prod", "schema": "mesh_branch_.*", "privileges": tables[-1]["privileges"]},
        {"catalog": "prod", "schema": ".*", "privileges": ["SELECT"]},
    ]
