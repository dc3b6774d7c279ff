"""The tables of the catalog database: Iceberg's standard two, and ours beside them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 4

METADATA = MetaData()
# SQLite counts rows by itself only for a key that is spelled INTEGER.
_COUNTED = BigInteger().with_variant(Integer(), "sqlite")
# ISO 8601 in UTC with microseconds: one width, so that text sorts as time on every database.
_TIME = String(32)
_NAME = String(255)

# As the Iceberg JDBC catalog (schema version V1) lays them out; Trino and pyiceberg read them.
ICEBERG_TABLES = Table(
    "iceberg_tables",
    METADATA,
    Column("catalog_name", _NAME, primary_key=True),
    Column("table_namespace", _NAME, primary_key=True),
    Column("table_name", _NAME, primary_key=True),
    Column("metadata_location", String(1000)),
    Column("previous_metadata_location", String(1000)),
    Column("iceberg_type", String(5)),
)
ICEBERG_NAMESPACES = Table(
    "iceberg_namespace_properties",
    METADATA,
    Column("catalog_name", _NAME, primary_key=True),
    Column("namespace", _NAME, primary_key=True),
    Column("property_key", _NAME, primary_key=True),
    Column("property_value", String(1000), nullable=False),
)

LAYOUT = Table("mesh_layout", METADATA, Column("version", Integer, primary_key=True))

BRANCHES = Table(
    "mesh_branches",
    METADATA,
    Column("name", _NAME, primary_key=True),
    Column("lake", _NAME, nullable=False),
    Column("state", String(20), nullable=False),
    Column("run_id", _NAME, nullable=False),
    Column("product", _NAME),
    Column("head", String(64), nullable=False),
    Column("outputs", Text, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("lease_until", _TIME, nullable=False),
    Index("mesh_branches_by_state", "lake", "state"),
)
# `location` is where the branch found a table; `expected` is what main must hold when the
# branch is published. They differ only when main's table got a tag, which changes no data.
BASES = Table(
    "mesh_branch_bases",
    METADATA,
    Column("branch", _NAME, primary_key=True),
    Column("table_namespace", _NAME, primary_key=True),
    Column("table_name", _NAME, primary_key=True),
    Column("location", String(1000), nullable=False),
    Column("expected", String(1000), nullable=False),
)
VIEW_BASES = Table(
    "mesh_branch_view_bases",
    METADATA,
    Column("branch", _NAME, primary_key=True),
    Column("table_namespace", _NAME, primary_key=True),
    Column("table_name", _NAME, primary_key=True),
    Column("location", String(1000), nullable=False),
    Column("expected", String(1000), nullable=False),
)
# What was lent to main of a branch, and in which state; in none, where it was not there yet.
LENT = Table(
    "mesh_lent",
    METADATA,
    Column("branch", _NAME, primary_key=True),
    Column("table_namespace", _NAME, primary_key=True),
    Column("table_name", _NAME, primary_key=True),
    Column("location", String(1000)),
)
RELEASES = Table(
    "mesh_releases",
    METADATA,
    Column("position", _COUNTED, primary_key=True, autoincrement=True),
    Column("lake", _NAME, nullable=False),
    Column("product", _NAME, nullable=False),
    Column("version", String(50), nullable=False),
    Column("state", String(20), nullable=False),
    Column("created", _TIME, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("record", Text, nullable=False),
    UniqueConstraint("lake", "product", "version", name="mesh_releases_once"),
)
HEADS = Table(
    "mesh_heads",
    METADATA,
    Column("lake", _NAME, primary_key=True),
    Column("product", _NAME, primary_key=True),
    Column("version", String(50), nullable=False),
    Column("digest", String(64), nullable=False),
)
# Which table each release serves: answers `FOR VERSION AS OF 'v1.2.0'` and who owns a table.
OUTPUTS = Table(
    "mesh_outputs",
    METADATA,
    Column("lake", _NAME, primary_key=True),
    Column("table_namespace", _NAME, primary_key=True),
    Column("table_name", _NAME, primary_key=True),
    Column("product", _NAME, primary_key=True),
    Column("version", String(50), primary_key=True),
    Column("port", _NAME, nullable=False),
    Column("location", String(1000), nullable=False),
    Column("snapshot_id", BigInteger),
)
# Every step of a pointer on main that we made: what readers saw, and since when.
MOVES = Table(
    "mesh_moves",
    METADATA,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("lake", _NAME, nullable=False),
    Column("table_namespace", _NAME, nullable=False),
    Column("table_name", _NAME, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("base", String(1000)),
    Column("location", String(1000)),
    Index("mesh_moves_by_table", "lake", "table_namespace", "table_name"),
)
LANDINGS = Table(
    "mesh_landings",
    METADATA,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("lake", _NAME, nullable=False),
    Column("table_namespace", _NAME, nullable=False),
    Column("table_name", _NAME, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("source", Text, nullable=False),
    Column("media_type", _NAME, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("snapshot_id", BigInteger),
    Column("location", String(1000), nullable=False),
    Column("created", _TIME, nullable=False),
    Index("mesh_landings_by_digest", "lake", "table_namespace", "table_name", "digest"),
)
LEASES = Table(
    "mesh_leases",
    METADATA,
    Column("lake", _NAME, primary_key=True),
    Column("resource", _NAME, primary_key=True),
    Column("owner", _NAME, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("since", _TIME, nullable=False),
    Column("until", _TIME, nullable=False),
)
OUTBOX = Table(
    "mesh_outbox",
    METADATA,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("lake", _NAME, nullable=False),
    Column("kind", String(50), nullable=False),
    Column("release", String(600), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("delivered", _TIME),
    Index("mesh_outbox_waiting", "lake", "delivered"),
)
RUNS = Table(
    "mesh_runs",
    METADATA,
    Column("lake", _NAME, primary_key=True),
    Column("run_id", _NAME, primary_key=True),
    Column("product", _NAME, nullable=False),
    Column("state", String(20), nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("started", _TIME, nullable=False),
    Column("ended", _TIME),
    Column("facts", Text, nullable=False),
    Index("mesh_runs_by_start", "lake", "started"),
)
AUDIT = Table(
    "mesh_audit",
    METADATA,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("lake", _NAME, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("action", _NAME, nullable=False),
    Column("subject", Text, nullable=False),
    Column("run_id", _NAME, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("access", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Index("mesh_audit_by_run", "lake", "run_id"),
)

# A promotion that a server started: where it runs, when it was last alive, how far it is.
JOBS = Table(
    "mesh_jobs",
    METADATA,
    Column("lake", _NAME, primary_key=True),
    Column("id", _NAME, primary_key=True),
    Column("product", _NAME, nullable=False),
    Column("state", String(20), nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("started", _TIME, nullable=False),
    Column("ended", _TIME),
    Column("host", _NAME, nullable=False),
    Column("process", BigInteger, nullable=False),
    Column("alive", _TIME, nullable=False),
    Column("facts", Text, nullable=False),
    Index("mesh_jobs_by_start", "lake", "started"),
)
# The search index. Every change takes the next number, so that who has read up to one reads on
# from there; an entry that is gone stays as a number without words.
NAMES = Table(
    "mesh_names",
    METADATA,
    Column("lake", _NAME, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("change", BigInteger, nullable=False),
    Column("belongs", _NAME, nullable=False),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Index("mesh_names_by_owner", "lake", "belongs"),
    Index("mesh_names_by_change", "lake", "change"),
)
# Every word of the index by its groups of three letters: finds what was meant by a typing slip.
GRAMS = Table(
    "mesh_grams",
    METADATA,
    Column("lake", _NAME, primary_key=True),
    Column("gram", String(3), primary_key=True),
    Column("word", String(80), primary_key=True),
)
# What opens the gateway to others: never the token itself, only its digest.
TOKENS = Table(
    "mesh_tokens",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("lake", _NAME, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("rights", Text, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("expires", _TIME, nullable=False),
    Column("revoked", _TIME),
)
# A publication to a catalog that others keep, from before it is asked until it is recorded:
# what was on its way when a process died is finished or forgotten by the next one.
PUBLICATIONS = Table(
    "mesh_publications",
    METADATA,
    Column("id", _NAME, primary_key=True),
    Column("lake", _NAME, nullable=False),
    Column("branch", _NAME, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("facts", Text, nullable=False),
    Index("mesh_publications_by_lake", "lake"),
)


def to_text(moment: datetime) -> str:
    """A moment as the database keeps it; one without a zone is taken as UTC."""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


def to_moment(text: str) -> datetime:
    """A kept moment, in UTC."""
    return datetime.fromisoformat(text)
