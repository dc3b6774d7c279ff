from __future__ import annotations

import subprocess
import sys
import threading
from decimal import Decimal

import pytest

from jupyter_mesh.errors import StorageError
from jupyter_mesh.model.contract import Rule
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.quality import evaluate
from jupyter_mesh.quality.evaluate import Evaluator
from jupyter_mesh.quality.worker import Worker
from tests.waiting import until


def expectation(kind, engine="great-expectations", **kwargs):
    return {"engine": engine, "implementation": {"type": kind, "kwargs": kwargs}}


@pytest.fixture
def bench(bench, worker):
    bench.evaluator = Evaluator(bench.engine, worker)
    return bench


@pytest.mark.parametrize(
    "engine", ["great-expectations", "greatExpectations", "great_expectations"]
)
def test_a_foreign_expectation_is_asked_in_every_spelling(bench, engine):
    bench.table(x=("bigint", [1, 2, 3, None]), id=("bigint", [1, 2, 3, 4]))
    mean = expectation("expect_column_mean_to_be_between", engine, minValue=2, max_value=2)
    result = bench.rule("custom", "x", arguments=mean)
    assert result.outcome is Outcome.PASSED, result.message
    assert result.observed == 2


def test_failing_rows_come_back_with_their_key_and_masked(bench):
    bench.table(
        id=("bigint", [1, 2, 3]),
        low=("decimal(5,2)", [Decimal("1.5"), Decimal("2"), None]),
        high=("bigint", [1, 3, 4]),
    )
    pair = expectation(
        "ExpectColumnPairValuesAToBeGreaterThanB",
        columnA="high",
        columnB="low",
        ignoreRowIf="either_value_is_missing",
    )
    columns = bench.flags(id={"primary_key": True}, high={"classification": "pii"})
    result = bench.check(Rule("it", "custom", arguments=pair), columns=columns)[-1]
    assert result.outcome is Outcome.FAILED
    assert result.observed == 1
    assert result.rows == ({"low": 1.5, "high": "•••", "id": 1},)


def test_an_expectation_that_breaks_takes_no_other_with_it(bench):
    bench.table(s=("varchar", ["a", "b"]), x=("bigint", [1, 2]))
    rules = [
        Rule(
            "broken", "custom", "s", arguments=expectation("expect_column_mean_to_be_between")
        ),
        Rule(
            "quantiles",
            "custom",
            "x",
            arguments=expectation(
                "expect_column_quantile_values_to_be_between",
                quantile_ranges={"quantiles": [0.5], "value_ranges": [[1, 2]]},
            ),
        ),
        Rule(
            "good",
            "custom",
            "x",
            arguments=expectation("expect_column_max_to_be_between", max_value=2),
        ),
    ]
    broken, quantiles, good = bench.check(*rules)[-3:]
    assert broken.outcome is Outcome.NOT_EVALUATED
    assert "Traceback" not in broken.message
    assert quantiles.outcome is Outcome.PASSED, quantiles.message
    assert good.outcome is Outcome.PASSED


def test_dates_are_compared_with_their_spelling(bench):
    from datetime import date

    bench.table(d=("date", [date(2013, 1, 1), date(2014, 1, 1)]))
    year = expectation("expect_column_values_to_be_between", max_value="2013-12-31")
    result = bench.rule("custom", "d", arguments=year)
    assert (result.outcome, result.observed) == (Outcome.FAILED, 1), result.message
    assert result.rows[0]["d"].startswith("2014-01-01")


def test_rows_are_handed_over_once_for_all_expectations(bench):
    bench.table(x=("bigint", [1]), y=("bigint", [1]), z=("bigint", [1]))
    some = expectation("expect_column_max_to_be_between", max_value=2)
    bench.engine.statements.clear()
    bench.check(
        Rule("a", "custom", "x", arguments=some), Rule("b", "custom", "y", arguments=some)
    )
    assert len(bench.engine.statements) == 1
    assert '"z"' not in bench.engine.statements[0]


def test_the_library_never_enters_our_process(bench):
    bench.table(x=("bigint", [1]))
    some = expectation("expect_column_max_to_be_between", max_value=2)
    assert bench.rule("custom", "x", arguments=some).outcome is Outcome.PASSED
    assert "great_expectations" not in sys.modules


def test_an_unknown_expectation_offers_the_nearest(bench):
    bench.table(x=("bigint", [1]))
    typo = expectation("expect_column_values_to_be_in_sett")
    result = bench.rule("custom", "x", arguments=typo)
    assert result.outcome is Outcome.NOT_EVALUATED
    assert "expect_column_values_to_be_in_set" in result.message


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"engine": "gx", "implementation": "a: b: c"}, "implementation:1"),
        ({"engine": "gx", "implementation": [1]}, "not an object"),
        ({"engine": "gx"}, "not an object"),
        ({"implementation": {}}, "an engine it does not name"),
        (expectation("expect_column_max_to_be_between", column="nope"), "no column nope"),
        (
            {
                "engine": "gx",
                "implementation": {"type": "expect_column_to_exist", "kwargs": 5},
            },
            "named values",
        ),
    ],
)
def test_a_badly_written_custom_rule_is_not_evaluated(bench, arguments, reason):
    bench.table(x=("bigint", [1]))
    result = bench.rule("custom", "x", arguments=arguments)
    assert result.outcome is Outcome.NOT_EVALUATED
    assert reason in result.message


def test_an_implementation_may_be_text(bench):
    bench.table(x=("bigint", [1, 9]))
    text = "type: expectColumnMaxToBeBetween\nkwargs:\n  maxValue: 3 # low\n"
    result = bench.rule(
        "custom", "x", arguments={"engine": "greatExpectations", "implementation": text}
    )
    assert (result.outcome, result.observed) == (Outcome.FAILED, 9)


def test_too_many_rows_are_not_handed_over(bench, monkeypatch):
    monkeypatch.setattr(evaluate, "MOST_ROWS", 1)
    bench.table(x=("bigint", [1, 2]))
    some = expectation("expect_column_max_to_be_between", max_value=2)
    result = bench.rule("custom", "x", arguments=some)
    assert result.outcome is Outcome.NOT_EVALUATED
    assert "2 rows are more than Great Expectations is given" in result.message


def test_a_worker_starts_late_and_ends_on_close(tmp_path):
    worker = Worker()
    assert not worker.is_running
    worker.close()
    with pytest.raises(StorageError, match="could not be asked"):
        worker.validate(tmp_path / "missing.parquet", [])
    process = worker._process
    assert worker.is_running
    worker.close()
    assert process.poll() is not None
    assert not worker.is_running


def test_a_slow_worker_is_stopped_and_replaced(tmp_path):
    worker = Worker(timeout=0.01)
    with pytest.raises(StorageError, match="no answer within"):
        worker.validate(tmp_path / "missing.parquet", [])
    assert not worker.is_running


def test_a_killed_worker_is_said_and_replaced(bench):
    worker = Worker()
    worker._start()
    worker._process.kill()
    worker._process.wait()
    bench.evaluator = Evaluator(bench.engine, worker)
    bench.table(x=("bigint", [1]))
    some = expectation("expect_column_max_to_be_between", max_value=2)
    assert bench.rule("custom", "x", arguments=some).outcome is Outcome.PASSED
    worker.close()


def test_a_worker_killed_at_work_is_said(tmp_path):
    worker = Worker()
    worker._start()
    killer = threading.Timer(0.3, worker._process.kill)
    killer.start()
    with pytest.raises(StorageError, match="ended before it answered"):
        worker.validate(tmp_path / "missing.parquet", [])
    killer.join()
    assert not worker.is_running


def test_a_worker_ends_with_its_parent():
    code = (
        "from jupyter_mesh.quality.worker import Worker\n"
        "worker = Worker()\n"
        "worker._start()\n"
        "print(worker._process.pid, flush=True)\n"
        "import os; os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    pid = int(done.stdout)
    until(lambda: not _alive(pid))


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] != "Z"
    except OSError:
        return False


def test_credentials_in_the_environment_are_not_handed_on(monkeypatch, tmp_path):
    monkeypatch.setenv("PG_PASSWORD", "hunter2")
    worker = Worker()
    worker._start()
    with open(f"/proc/{worker._process.pid}/environ", "rb") as environ:
        seen = environ.read()
    worker.close()
    assert b"hunter2" not in seen
    assert b"GX_ANALYTICS_ENABLED=false" in seen
