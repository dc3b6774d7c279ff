"""Trino statements for DuckDB: the same answer, or a typed refusal, never another answer.

`translate` types every expression with Trino's types, bottom up, and writes DuckDB text only
for what is registered as known to be right. One file a family of functions; `macros/*.sql` are
the functions that DuckDB has to be taught, installed once a database.
"""

from jupyter_mesh.sql.embedded.macros import MACROS, reason
from jupyter_mesh.sql.embedded.result import Relation, Target, Translated
from jupyter_mesh.sql.embedded.translate import translate

__all__ = ["MACROS", "Relation", "Target", "Translated", "reason", "translate"]
