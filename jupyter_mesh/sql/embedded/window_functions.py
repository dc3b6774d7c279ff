"""Functions that need an OVER clause."""

from __future__ import annotations

from jupyter_mesh.sql.embedded.registry import windows

windows(
    {
        "row_number() -> bigint": "",
        "rank() -> bigint": "",
        "dense_rank() -> bigint": "",
        "ntile(bigint) -> bigint": "",
        "percent_rank() -> double": "",
        "cume_dist() -> double": "",
        "lag(T) -> T": "",
        "lag(T, bigint) -> T": "",
        "lag(T, bigint, T) -> T": "",
        "lead(T) -> T": "",
        "lead(T, bigint) -> T": "",
        "lead(T, bigint, T) -> T": "",
        "first_value(T) -> T": "",
        "last_value(T) -> T": "",
        "nth_value(T, bigint) -> T": "",
    }
)
