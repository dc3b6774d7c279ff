"""The extension in a real browser: start, own code, a hundred thousand tables, memory, frames.

JupyterLab is loaded with the extension and without it by turns, so that a busy machine is as
unkind to the one as to the other.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sqlite3
import statistics
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

JOURNEYS = Path(__file__).parents[1] / "tests" / "ui" / "conftest.py"
STATIC = "**/extensions/jupyter-mesh/**"
OWN = """() => performance.getEntriesByType('resource')
  .filter(one => one.name.includes('extensions/jupyter-mesh/static'))
  .reduce((sum, one) => sum + one.decodedBodySize, 0)"""
READY = """async () => {
  await new Promise(done => { const look = () => window.jupyterapp?.restored
    ? done() : setTimeout(look, 5); look() })
  await window.jupyterapp.restored
  return performance.now() }"""
TOGGLE = """async rounds => {
  const row = [...document.querySelectorAll('.jp-mesh-tree [role=treeitem]')]
    .find(one => one.querySelector('.jp-mesh-row-label').textContent === 'main')
  const shown = count => new Promise(done => { const look = () => {
    const all = document.querySelectorAll('.jp-mesh-tree [role=treeitem]').length
    count(all) ? done(all) : requestAnimationFrame(look) }; look() })
  const few = document.querySelectorAll('.jp-mesh-tree [role=treeitem]').length
  const times = []; let most = 0
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    row.click(); most = Math.max(most, await shown(all => all > few))
    times.push(performance.now() - start)
    row.click(); await shown(all => all <= few)
  }
  return [times.sort((a, b) => a - b)[Math.floor(rounds / 2)], most, times.at(-1)] }"""


def journeys():
    """The desk and the server of the journeys, which know how to wait."""
    spec = importlib.util.spec_from_file_location("journeys", JOURNEYS)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def crowd(folder: Path, tables: int) -> None:
    """A mesh with so many tables in one schema."""
    with closing(sqlite3.connect(folder / "crowd.sqlite")) as store:
        store.execute("CREATE TABLE table_000000 (a TEXT)")
        (page,) = store.execute("SELECT rootpage FROM sqlite_master").fetchone()
        # Made one by one they take minutes: each looks through all that are there. These share
        # one empty page, which nobody reads.
        store.execute("PRAGMA writable_schema = ON")
        store.executemany(
            "INSERT INTO sqlite_master VALUES ('table', ?1, ?1, ?2, ?3)",
            (
                (f"table_{number:06}", page, f"CREATE TABLE table_{number:06} (a TEXT)")
                for number in range(1, tables)
            ),
        )
        store.commit()
    (folder / "mesh.yaml").write_text(
        "name: crowd\ncatalogs:\n  lake:\n    type: iceberg\n"
        "  crowd:\n    type: sqlite\n    path: crowd.sqlite\n"
    )


def loaded(browser: Browser, url: str, *, ours: bool) -> float:
    """Milliseconds until JupyterLab stands."""
    context = browser.new_context()
    page = context.new_page()
    if not ours:
        page.route(STATIC, lambda route: route.abort())
    page.goto(url, timeout=120_000)
    took: float = page.evaluate(READY)
    context.close()
    return took


def heap(page: Page) -> float:
    """Megabytes that are held after the collector has been."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    held: float = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    return held


def main() -> int:
    """Measure, print, and say whether a figure misses its target."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--tables", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--starts", type=int, default=7)
    options = asked.parse_args()
    ui = journeys()
    folder = Path(tempfile.mkdtemp())
    crowd(folder, options.tables)
    lab = ui.Lab(Path(tempfile.mkdtemp()), folder)
    missed = []

    def tell(what: str, value: float, target: float, unit: str) -> None:
        print(f"{what:58} {value:10.1f} {unit:3} (at most {target:g})", flush=True)
        if value > target:
            missed.append(what)

    try:
        with sync_playwright() as playwright:
            path = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(
                executable_path=path, args=[f"--{one}" for one in ui.QUIET]
            )
            url = f"{lab.url}lab?reset&token={lab.token}"
            loaded(browser, url, ours=True)
            pairs = [
                (loaded(browser, url, ours=True), loaded(browser, url, ours=False))
                for _turn in range(options.starts)
            ]
            with_us, without = (statistics.median(times) for times in zip(*pairs, strict=True))
            print(
                f"JupyterLab stands after {with_us:.0f} ms, without us {without:.0f} ms",
                flush=True,
            )
            tell("added to JupyterLab's start (medians)", with_us - without, 100, "ms")
            desk = ui.Desk(browser.new_page(), lab)
            desk.page.set_default_timeout(120_000)
            desk.open("lab?reset")
            tell("own code before anything is opened", desk.page.evaluate(OWN) / 1e3, 150, "kB")
            desk.catalog()
            desk.row("crowd").click()
            desk.row("main").click()
            desk.row("table_000000").wait_for()
            desk.row("main").click()
            desk.page.wait_for_timeout(1000)
            desk.page.evaluate(TOGGLE, 10)
            before = heap(desk.page)
            took, most, last = desk.page.evaluate(TOGGLE, options.rounds)
            tell(f"expand {options.tables:,} tables (median)", took, 200, "ms")
            print(f"the slowest of {options.rounds}: {last:.0f} ms", flush=True)
            tell("rows in the page", most, 80, "")
            grown = heap(desk.page) - before
            tell(f"memory more after {options.rounds} rounds", grown, 5, "MB")
            browser.close()
    finally:
        lab.stop()
        shutil.rmtree(folder)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
