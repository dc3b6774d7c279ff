"""A program that kills itself while it publishes five tables, again and again.

Usage: crash.py URI WAREHOUSE steps|random COUNT. Each publication runs in a forked child that
ends by SIGKILL; the parent then opens the lake anew and looks for anything torn or lost. Prints
one line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import event

from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.catalog.maintenance import fsck
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.runs import PortSnapshot, Release
from jupyter_mesh.model.types import BIGINT
from jupyter_mesh.model.versions import Change, Version
from jupyter_mesh.settings import IcebergSettings

PRODUCT = ProductName("crash", "test")
TABLES = [TableName("lake", "crash_test", f"t{number}") for number in range(5)]


def publish(settings, version, armed):
    """One publication; every table says the version in its column's comment."""
    lake = Lake("lake", settings, None)
    # A killed run's lease has ended when the next start looks.
    lake.hidden.lease = timedelta(microseconds=1)
    armed(lake.database._opened())
    columns = (Column("id", BIGINT, description=str(version)),)
    branch = lake.open_branch(f"run-{version}-{os.getpid()}", PRODUCT, TABLES)
    states = [lake.prepare(table, columns, branch.name) for table in TABLES]
    ports = tuple(PortSnapshot(state.table.table, state) for state in states)
    lake.publish(branch.name, Release(PRODUCT, version, datetime.now(UTC), Actor("ana"), ports))


def killed_at(step):
    """Arms an engine to kill this process right before its n-th statement or commit."""
    seen = 0

    def arrive(*_ignored):
        nonlocal seen
        seen += 1
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(engine):
        event.listen(engine, "before_cursor_execute", arrive)
        event.listen(engine, "commit", arrive)

    return arm


def in_child(settings, version, armed, wait=None):
    """Whether a child published and said so; killed after `wait` seconds when given."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            publish(settings, version, armed)
            code = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(code)
    if wait is not None:
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        sys.exit("The child failed by itself.")
    return os.WIFEXITED(status)


def look(settings, version, said, known, deep):
    """What the next start finds: faults by name, and the version that is current then."""
    faults = Counter()
    lake = Lake("lake", settings, None)
    lake.sweep()
    head = lake.latest(PRODUCT)
    current = head.version if head else None
    there = lake.tables("crash_test") if "crash_test" in lake.schemas() else []
    markers = {lake.snapshot(table).columns[0].description for table in TABLES if there}
    faults["torn"] += markers != ({str(current)} if current else set())
    faults["torn"] += len(there) not in {0, len(TABLES)}
    faults["lost"] += current not in {known, version} or (said and current != version)
    faults["lost"] += len(lake.outbox()) != len(lake.notices) * len(lake.releases())
    faults["left"] += {scope for scope, _t, _l in lake.pointers.everything()} > {"lake"}
    faults["broken"] += len(fsck(lake)) if deep else 0
    lake.close()
    return faults, current


def main(uri, warehouse, mode, count):
    settings = IcebergSettings(uri, warehouse)
    never = killed_at(0)
    began = time.monotonic()
    said = in_child(settings, Version(1, 0, 0), never)
    length = time.monotonic() - began
    faults, current = look(settings, Version(1, 0, 0), said, None, deep=True)
    tries = landed = step = 0
    dice = random.Random(7)
    while tries < count or mode == "steps":
        step += 1
        version = current.after(Change.NONE)
        if mode == "steps":
            said = in_child(settings, version, killed_at(step))
        else:
            said = in_child(settings, version, never, wait=dice.uniform(0, 1.2 * length))
        found, after = look(settings, version, said, current, deep=step % 10 == 0)
        faults += found
        landed += after == version
        tries += 1
        current = after
        if mode == "steps" and said:
            break
    print(
        json.dumps({"tries": tries, "landed": landed, **{k: v for k, v in faults.items() if v}})
    )


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
