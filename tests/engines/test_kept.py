import gc
import os
from threading import Thread

import pyarrow as pa
import pytest

from jupyter_mesh.engines.kept import KeptBatches
from jupyter_mesh.errors import StorageError

SCHEMA = pa.schema([("n", pa.int64()), ("text", pa.string()), ("list", pa.list_(pa.int8()))])


def batch(number):
    return pa.record_batch(
        [
            pa.array([number, None, number]),
            pa.array(["x" * number, None, ""]),
            pa.array([[1], None, []], pa.list_(pa.int8())),
        ],
        schema=SCHEMA,
    )


def test_batches_come_back_from_memory_and_from_the_disk(tmp_path):
    kept = KeptBatches(SCHEMA, tmp_path / "scratch", limit=batch(0).nbytes)
    for number in range(5):
        kept.append(batch(number))
    assert len(kept) == 5
    assert [kept[place] for place in (3, 0, 4, 1)] == [batch(n) for n in (3, 0, 4, 1)]


def test_a_small_answer_touches_no_disk(tmp_path):
    kept = KeptBatches(SCHEMA, tmp_path / "scratch")
    kept.append(batch(1))
    assert kept[0] == batch(1)
    assert not (tmp_path / "scratch").exists()


def test_what_was_spilled_leaves_no_file(tmp_path):
    kept = KeptBatches(SCHEMA, tmp_path, limit=0)
    kept.append(batch(1))
    assert list(tmp_path.iterdir()) == []
    opened = len(os.listdir("/proc/self/fd"))
    del kept
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) < opened


def test_many_threads_read_what_was_spilled(tmp_path):
    kept = KeptBatches(SCHEMA, tmp_path, limit=0)
    for number in range(50):
        kept.append(batch(number))
    wrong = []

    def read():
        wrong.extend(place for place in range(50) if kept[place] != batch(place))

    threads = [Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_disk_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "scratch").write_text("a file where the folder should be")
    kept = KeptBatches(SCHEMA, tmp_path / "scratch", limit=0)
    with pytest.raises(StorageError, match="could not be kept"):
        kept.append(batch(1))
