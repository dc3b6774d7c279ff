import pyarrow as pa
import pytest
from pyarrow import parquet

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import ConflictError, InputError, QueryCancelled, StorageError
from jupyter_mesh.magics.saving import save
from jupyter_mesh.testing.mesh import ScriptedResult, numbers


def saved(result, path, **more):
    heard = []
    return save(result, str(path), QueryTicket(), heard.append, **more), heard


def test_a_csv_tells_null_from_empty_text(tmp_path):
    result = ScriptedResult(pa.table({"a,b": ["", None, 'x"y']}), ["varchar"])
    path, _ = saved(result, tmp_path / "r.csv")
    assert path.read_text() == '"a,b"\n""\n\n"x""y"\n'


def test_parquet_has_every_row_and_the_progress_is_told(tmp_path):
    path, heard = saved(numbers(25), tmp_path / "r.parquet")
    assert parquet.read_table(path).num_rows == 25
    assert heard[-1] == 25


def test_a_file_that_is_there_is_replaced_only_on_demand(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("mine")
    with pytest.raises(ConflictError, match="exists already"):
        saved(numbers(1), path)
    assert path.read_text() == "mine"
    saved(numbers(1), path, replaces=True)
    assert path.read_text().startswith("n,")


@pytest.mark.parametrize("name", ["r.xlsx", "r", ""])
def test_the_ending_must_name_a_format(tmp_path, name):
    with pytest.raises(InputError, match=r"\.parquet"):
        saved(numbers(1), f"{tmp_path}/{name}")


@pytest.mark.parametrize("name", ["r.csv", "r.parquet"])
def test_a_stopped_file_leaves_nothing_behind(tmp_path, name):
    ticket = QueryTicket()
    with pytest.raises(QueryCancelled):
        save(numbers(25), str(tmp_path / name), ticket, lambda _rows: ticket.cancel())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["r.csv", "r.parquet"])
def test_a_folder_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(StorageError, match="could not be written"):
        saved(numbers(1), tmp_path / "no" / name)
