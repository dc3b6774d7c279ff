"""A process killed at any moment of a publication leaves all of it or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("crash.py")
pytestmark = pytest.mark.our_database


def killed(hand, mode, count):
    done = subprocess.run(
        [
            sys.executable,
            PROGRAM,
            hand.settings.uri,
            hand.settings.warehouse,
            mode,
            str(count),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=550,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.long
def test_a_kill_before_any_statement_of_five_tables_tears_and_loses_nothing(hand):
    found = killed(hand, "steps", 0)
    tries = found.pop("tries")
    # Every try but the last was killed, the latest one right before the COMMIT.
    assert tries > 50
    assert found == {"landed": 1}


@pytest.mark.long
def test_fifty_kills_at_random_moments_tear_and_lose_nothing(hand):
    found = killed(hand, "random", 50)
    assert found.pop("tries") == 50
    assert 0 <= found.pop("landed") <= 50
    assert found == {}
