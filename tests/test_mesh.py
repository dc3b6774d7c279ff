import shutil
import subprocess
import sys
from decimal import Decimal

import pytest

from jupyter_mesh.errors import (
    ConfigError,
    ConflictError,
    InputError,
    NameNotFound,
    PromotionRefused,
    StorageError,
)
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.runs import ReleaseState
from tests.conftest import CELLS, notebook


def test_a_folder_without_a_mesh_says_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MESH_PATH", raising=False)
    with pytest.raises(ConfigError, match="mesh init"):
        Mesh.open()


def test_one_statement_joins_two_catalogs_with_exact_types(small_mesh):
    result = small_mesh.query(
        "SELECT c.country, count(*) AS orders FROM lake.raw.orders o "
        "JOIN crm.main.customers c ON c.id = o.customer GROUP BY c.country ORDER BY 1"
    )
    assert result.rows() == [("DE", 40), ("FR", 40), ("IT", 20)]
    assert [str(column.type) for column in result.columns] == ["varchar", "bigint"]


def test_parameters_are_values_and_never_text(small_mesh):
    result = small_mesh.query(
        "SELECT count(*) FROM crm.main.customers WHERE country = :country",
        {"country": "DE' OR '1' = '1"},
    )
    assert result.rows() == [(0,)]


def test_the_same_bytes_land_once(small_mesh, small_folder):
    first = small_mesh.land(small_folder / "orders.csv", "lake.raw.orders")
    again = small_mesh.land(small_folder / "orders.csv", "lake.raw.orders")
    assert first.snapshot_id == again.snapshot_id
    (small_folder / "orders.csv").write_text("id,customer,amount\n1,1,2.50\n")
    changed = small_mesh.land(small_folder / "orders.csv", "lake.raw.orders")
    assert changed.snapshot_id != first.snapshot_id
    assert small_mesh.query("SELECT count(*) FROM lake.raw.orders").rows() == [(1,)]
    old = small_mesh.query(
        f"SELECT count(*) FROM lake.raw.orders FOR VERSION AS OF {first.snapshot_id}"
    )
    assert old.rows() == [(100,)]


def test_a_products_table_is_not_landed_into(small_mesh, small_folder):
    with pytest.raises(ConflictError, match="shop/orders"):
        small_mesh.land(small_folder / "orders.csv", "lake.shop_orders.orders")


def test_staged_rows_are_checked_and_hidden(small_mesh):
    import pandas as pd

    small_mesh.use("shop/orders")
    frame = pd.DataFrame({"country": ["DE", None], "orders": [1, 2], "revenue": [1.5, 2.5]})
    small_mesh.stage("orders", frame)
    outcomes = {result.outcome for result in small_mesh.check("shop/orders")}
    assert Outcome.FAILED in outcomes
    with pytest.raises(NameNotFound):
        small_mesh.query("SELECT * FROM lake.shop_orders.orders")


def test_a_stage_without_a_product_asks_for_one(small_mesh):
    with pytest.raises(InputError, match="use"):
        small_mesh.stage("orders", None)


def test_a_notebook_becomes_a_release_that_is_read_by_version(small_mesh):
    plan = small_mesh.plan("shop/orders")
    assert plan.is_clear
    assert str(plan.version) == "1.0.0"
    release = small_mesh.promote(plan)
    assert str(release.version) == "1.0.0"
    rows = sorted(small_mesh.read("shop/orders@1.0.0", "orders").rows())
    assert rows[0] == ("DE", 40, Decimal("2500.00")) or rows[0][0] == "DE"
    assert {str(pin.table) for pin in release.inputs} == {
        "lake.raw.orders",
        "crm.main.customers",
    }
    again = small_mesh.promote("shop/orders")
    assert str(again.version) == "1.0.0+r1"
    assert [r.state for r in small_mesh.releases("shop/orders")] == [
        ReleaseState.CURRENT,
        ReleaseState.SUPERSEDED,
    ]
    assert small_mesh.fsck() == []


def test_a_view_that_the_notebook_makes_is_published_with_the_release(small_mesh, small_folder):
    path = small_folder / "products" / "shop" / "orders" / "orders.ipynb"
    view = "lake.shop_orders.worth"
    cell = (
        f"%%mesh\nCREATE OR REPLACE VIEW {view} AS SELECT revenue FROM lake.shop_orders.orders"
    )
    path.write_text(notebook([*CELLS, ("", cell)]))
    for version in ("1.0.0", "1.0.0+r1"):
        assert str(small_mesh.promote("shop/orders").version) == version
    worth = f"SELECT sum(revenue) FROM {view}"
    direct = "SELECT sum(revenue) FROM lake.shop_orders.orders"
    assert small_mesh.query(worth).rows() == small_mesh.query(direct).rows()
    assert small_mesh.describe(view).facts["view"].startswith("SELECT revenue FROM")
    with pytest.raises(PromotionRefused):
        small_mesh.promote("shop/orders", {"spoil": 2})
    assert small_mesh.query(worth).rows() == small_mesh.query(direct).rows()
    assert small_mesh.fsck() == []


def test_a_refused_promotion_leaves_readers_where_they_were(small_mesh):
    small_mesh.promote("shop/orders")
    with pytest.raises(PromotionRefused, match="country") as refusal:
        small_mesh.promote("shop/orders", {"spoil": 2})
    assert refusal.value.rows
    assert str(small_mesh.release("shop/orders").version) == "1.0.0"
    nulls = small_mesh.query(
        "SELECT count(*) FROM lake.shop_orders.orders WHERE country IS NULL"
    )
    assert nulls.rows() == [(0,)]


def test_a_rollback_is_a_release_of_its_own(small_mesh, small_folder):
    small_mesh.promote("shop/orders")
    (small_folder / "orders.csv").write_text("id,customer,amount\n1,1,2.50\n")
    small_mesh.land(small_folder / "orders.csv", "lake.raw.orders")
    small_mesh.promote("shop/orders")
    assert small_mesh.query("SELECT count(*) FROM lake.shop_orders.orders").rows() == [(1,)]
    back = small_mesh.rollback("shop/orders", "1.0.0")
    assert back.kind == "rollback"
    assert small_mesh.query("SELECT count(*) FROM lake.shop_orders.orders").rows() == [(3,)]
    assert small_mesh.fsck() == []


def test_a_number_given_away_before_a_rollback_is_not_given_again(small_mesh, small_folder):
    small_mesh.promote("shop/orders")
    contract = small_folder / "products/shop/orders/contracts/orders.odcs.yaml"
    first = contract.read_text()
    contract.write_text(first.replace("ISO code of the country.", "ISO 3166 code."))
    assert str(small_mesh.promote("shop/orders").version) == "1.0.1"
    assert str(small_mesh.rollback("shop/orders", "1.0.0").version) == "1.0.0+r1"
    assert str(small_mesh.plan("shop/orders").version) == "1.0.2"


def test_reading_as_of_a_release_shows_what_it_read(small_mesh, small_folder):
    release = small_mesh.promote("shop/orders")
    (small_folder / "orders.csv").write_text("id,customer,amount\n1,1,2.50\n")
    small_mesh.land(small_folder / "orders.csv", "lake.raw.orders")
    small_mesh.as_of(f"{release.product}@{release.version}")
    assert small_mesh.query("SELECT count(*) FROM lake.raw.orders").rows() == [(100,)]
    small_mesh.as_of(None)
    assert small_mesh.query("SELECT count(*) FROM lake.raw.orders").rows() == [(1,)]


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (lambda mesh: mesh.query("SELECT * FROM lake.raw.ordes"), "lake.raw.orders"),
        (lambda mesh: mesh.query("SELECT contry FROM crm.main.customers"), "country"),
        (lambda mesh: mesh.browse("lak"), "lake"),
        (lambda mesh: mesh.plan("shop/order"), "shop/orders"),
        (lambda mesh: mesh.check("lake.shop_orders.order"), "lake.shop_orders.orders"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(small_mesh, call, near):
    with pytest.raises(Exception, match=r"There is no|cannot be resolved") as error:
        call(small_mesh)
    assert near in str(error.value)


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("NOT (x < 100)", 1),
        ("NOT (x <= 5)", 2),
        ("NOT (x > 0)", 1),
        ("x >= 100", 0),
        ("x <> 1", 2),
        ("x NOT BETWEEN 0 AND 100", 1),
        ("NOT (x < 100 OR x = 200)", 1),
        ("NOT (NOT (x < 100))", 2),
    ],
)
def test_a_nan_is_not_lost_by_the_bounds_of_its_file(small_mesh, condition, count):
    import pyarrow as pa

    small_mesh.land(pa.table({"x": [1.0, 7.0, float("nan"), None]}), "lake.raw.readings")
    asked = small_mesh.query(f"SELECT count(*) FROM lake.raw.readings WHERE {condition}")
    assert asked.rows() == [(count,)]


def test_a_copied_mesh_says_where_its_tables_lie(small_mesh, tmp_path):
    root = small_mesh.parts.settings.root
    small_mesh.close()
    shutil.copytree(root, tmp_path / "copy")
    with Mesh.open(tmp_path / "copy") as copy:
        assert copy.releases() == []
        with pytest.raises(StorageError, match="outside of this mesh's warehouse") as caught:
            copy.query("SELECT * FROM lake.raw.orders")
    assert "moved or copied" in caught.value.remedy


def test_what_only_reads_loads_nothing_of_what_writes(small_mesh):
    code = (
        "import sys; from jupyter_mesh import Mesh\n"
        "with Mesh.open(sys.argv[1]) as mesh:\n"
        "    assert mesh.query('SELECT count(*) FROM lake.raw.orders').rows() == [(100,)]\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(small_mesh.parts.settings.root)],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "duckdb" in loaded
    assert not loaded & {"pyiceberg", "pydantic", "pandas", "papermill", "requests"}
