"""The files that a Trino server is given for a mesh: its catalogs, and who may harm them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jupyter_mesh.engines import trino_catalogs
from jupyter_mesh.model.names import HIDDEN
from jupyter_mesh.settings import IcebergSettings, RestSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.settings import CatalogSettings

_ALL = ["SELECT", "INSERT", "DELETE", "UPDATE", "OWNERSHIP", "GRANT_SELECT"]
RULES = "rules.json"
ACCESS = "access-control.properties"


def server_files(
    catalogs: Mapping[str, CatalogSettings], names: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The text of each file for the server's `etc`, by its path there.

    `names` is what the server calls a catalog of the mesh, where the names differ. Secrets are
    references to the server's own environment. Main's tables of a lake are only read there:
    what the mesh writes goes to a branch.
    """
    named = {(names or {}).get(name, name): (name, one) for name, one in catalogs.items()}
    files = {
        f"catalog/{server}.properties": _properties(trino_catalogs.properties(name, one))
        for server, (name, one) in named.items()
        if trino_catalogs.is_known(one)
    }
    lakes = [
        server
        for server, (_name, one) in named.items()
        if isinstance(one, IcebergSettings | RestSettings)
    ]
    return {
        **files,
        ACCESS: f"access-control.name=file\nsecurity.config-file=etc/{RULES}\n",
        RULES: json.dumps(rules(lakes), indent=2) + "\n",
    }


def rules(lakes: list[str]) -> dict[str, object]:
    """Rules for Trino's file-based access control that keep the files of lakes.

    DROP TABLE, remove_orphan_files and expire_snapshots would remove files that branches and
    releases share: nobody may change a lake but by a branch, and no procedure runs on either.
    Branches are catalogs that the mesh makes and drops, so that it owns those; where catalogs
    are fixed they are hidden schemas of a lake, the only ones whose tables may be changed.
    https://trino.io/docs/current/security/file-system-access-control.html
    """
    guarded = "|".join([*lakes, f"{HIDDEN}.*"])
    return {
        "catalogs": [
            {"catalog": f"{HIDDEN}.*", "allow": "owner"},
            {"allow": "all"},
        ],
        "schemas": [*({"catalog": lake, "owner": False} for lake in lakes), {"owner": True}],
        "tables": [
            *(
                {"catalog": lake, "schema": schema, "privileges": privileges}
                for lake in lakes
                for schema, privileges in ((f"{HIDDEN}.*", _ALL), (".*", ["SELECT"]))
            ),
            {"privileges": _ALL},
        ],
        "procedures": [
            {"catalog": guarded, "privileges": []},
            {"catalog": ".*", "schema": ".*", "procedure": ".*", "privileges": ["EXECUTE"]},
        ],
    }


def _properties(found: Mapping[str, str]) -> str:
    return "".join(f"{key}={value}\n" for key, value in found.items())
