"""Functions on bytes: encodings, digests."""

from __future__ import annotations

from jupyter_mesh.sql.embedded.registry import SCALARS, scalars

scalars(
    {
        "to_hex(varbinary) -> varchar": "hex({0})",
        "from_hex(varchar) -> varbinary": "mesh_unhex({0})",
        "to_base64(varbinary) -> varchar": "base64({0})",
        "from_base64(varchar) -> varbinary": "from_base64({0})",
        "md5(varbinary) -> varbinary": "unhex(md5({0}))",
        "sha1(varbinary) -> varbinary": "unhex(sha1({0}))",
        "sha256(varbinary) -> varbinary": "unhex(sha256({0}))",
        "length(varbinary) -> bigint": "CAST(octet_length({0}) AS BIGINT)",
        "concat(varbinary, varbinary) -> varbinary": "({0} || {1})",
    }
)
SCALARS.partial |= {"concat", "length"}
