"""A person looks at the result of a cell: scrolls, sorts, filters, copies, saves, draws."""

import os
import re
import signal

import pytest

pytestmark = pytest.mark.long
WIDE = """%%mesh
SELECT n, 'carrier ' || CAST(n % 7 AS varchar) AS carrier,
  CAST(n AS decimal(30,8)) / 3 AS share, if(n % 5 = 0, NULL, 9007199254740993 + n) AS big,
  if(n % 3 = 0, '', '<img src=x onerror="alert(1)">') AS "<script>alert(2)</script>",
  TIMESTAMP '2024-02-29 13:05:00.123456' + n * INTERVAL '1' HOUR AS at,
  ARRAY[n, NULL] AS list
FROM UNNEST(sequence(0, 1499)) AS t(n)"""
MANY = """%%mesh
SELECT a * 1000 + b AS n, b / 7.0 AS share
FROM UNNEST(sequence(0, 1999)) AS t(a) CROSS JOIN UNNEST(sequence(0, 999)) AS u(b)
ORDER BY n"""
PACE = """async () => {
  const grid = document.querySelector('.jp-mesh-result [role=grid]')
  let frames = 0
  const start = performance.now()
  while (performance.now() - start < 2000) {
    await new Promise(drawn => requestAnimationFrame(drawn))
    frames++
    grid.dispatchEvent(new WheelEvent('wheel', {
      deltaY: frames % 100 < 50 ? 997 : -997, bubbles: true, cancelable: true }))
  }
  return frames / 2
}"""


@pytest.fixture
def clipboard(sheet):
    """What was copied last."""
    sheet.page.evaluate(
        """() => { const set = DataTransfer.prototype.setData
          DataTransfer.prototype.setData = function (kind, text) {
            window.copied = text; set.call(this, kind, text) } }"""
    )
    return lambda: sheet.page.evaluate("() => window.copied")


def whole(sheet):
    """The whole value of the cell under the cursor."""
    return sheet.result.locator(".jp-mesh-result-whole").inner_text()


def test_every_value_is_exact_and_markup_is_text(sheet):
    result = sheet.grid(WIDE)
    result.get_by_text("1,000 rows of 1,500").wait_for()
    sheet.press("ArrowDown", "Enter")
    seen = [whole(sheet)]
    for _column in range(6):
        sheet.press("ArrowRight")
        seen.append(whole(sheet))
    assert seen == [
        "1",
        "carrier 1",
        "0.33333333",
        "9007199254740994",
        '<img src=x onerror="alert(1)">',
        "2024-02-29 14:05:00.123456",
        "[1, NULL]",
    ]
    sheet.desk.picture("results-light")
    sheet.desk.dark()
    sheet.desk.picture("results-dark")


def test_null_is_not_empty_text(sheet):
    sheet.grid("%%mesh\nSELECT * FROM (VALUES (NULL, '')) AS t(a, b)")
    sheet.press("Enter")
    value = sheet.result.locator(".jp-mesh-result-whole")
    assert value.inner_text() == "NULL"
    assert "jp-mod-null" in value.get_attribute("class")
    sheet.press("ArrowRight")
    assert value.inner_text() == ""
    assert "jp-mod-null" not in value.get_attribute("class")


def test_the_keyboard_sorts_filters_copies_and_leaves(sheet, clipboard):
    result = sheet.grid(WIDE)
    sheet.press("s", "s", "Control+c")
    assert clipboard() == "999"
    sheet.press("ArrowRight", "f")
    sheet.page.locator(".jp-mesh-result-value").wait_for()
    sheet.page.keyboard.type("carrier 3")
    sheet.press("Enter")
    result.get_by_text("carrier contains carrier 3").wait_for()
    result.get_by_text("143 of 1,000 loaded rows").wait_for()
    result.get_by_role("grid").focus()
    sheet.press("Home", "Shift+ArrowRight", "Control+Shift+c")
    assert clipboard() == "n\tcarrier\n997\tcarrier 3"
    sheet.press("Shift+F10")
    sheet.page.locator(".lm-Menu").get_by_text("Remove All Filters").click()
    result.get_by_text("1,000 rows of 1,500").wait_for()
    sheet.press("Escape")
    assert sheet.page.evaluate("() => !document.activeElement.closest('.jp-mesh-result')")


def test_letters_typed_in_the_grid_never_cut_a_cell(sheet):
    sheet.grid(WIDE)
    before = sheet.desk.sources()
    sheet.press("x", "d", "d", "a", "b", "m", "y")
    assert sheet.desk.sources() == before


def test_text_is_found_in_any_column(sheet):
    result = sheet.grid(WIDE)
    result.get_by_role("searchbox").fill("2024-03-01 00:")
    result.get_by_text("1 of 1,000 loaded rows").wait_for()


def test_a_million_rows_come_in_steps_and_scroll_smoothly(sheet):
    result = sheet.grid(MANY)
    for more, rows in (("9,000", "10,000"), ("90,000", "100,000"), ("900,000", "1,000,000")):
        result.get_by_role("button", name=f"Load {more} more").click()
        result.get_by_text(f"{rows} rows").wait_for()
    assert sheet.page.evaluate(PACE) >= 25
    if result.get_by_role("button", name="Count All").count():
        result.get_by_role("button", name="Count All").click()
    result.get_by_text("1,000,000 rows of 2,000,000").wait_for()
    result.get_by_role("grid").focus()
    sheet.press("Control+End", "Home", "Enter")
    assert whole(sheet) == "999999"


def test_all_rows_are_saved_and_a_file_is_replaced_only_on_demand(sheet):
    result = sheet.grid(WIDE)

    def save():
        result.get_by_role("button", name="Save as…").click()
        sheet.page.locator(".jp-Dialog input").fill("all.csv")
        sheet.page.locator(".jp-Dialog").get_by_role("button", name="Save").click()

    save()
    result.get_by_text("All rows are in").wait_for()
    path = sheet.desk.lab.folder / "all.csv"
    assert len(path.read_text().splitlines()) == 1501
    path.write_text("mine")
    save()
    dialog = sheet.page.locator(".jp-Dialog", has_text="exists already")
    dialog.get_by_role("button", name="Cancel").click()
    assert path.read_text() == "mine"
    save()
    dialog.get_by_role("button", name="Replace").click()
    result.get_by_text("All rows are in").wait_for()
    assert path.stat().st_size > 10_000


def test_rows_come_while_another_cell_runs(sheet):
    result = sheet.grid(WIDE)
    sheet.begin("import time; time.sleep(300)")
    result.get_by_role("button", name="Load 500 more").click()
    result.get_by_text("1,500 rows").wait_for()


def test_a_restarted_kernel_says_what_to_do(sheet):
    result = sheet.grid(WIDE)
    sheet.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
    )
    result.get_by_role("button", name="Load 500 more").click()
    said = result.get_by_role("alert")
    said.get_by_text("No kernel holds this result any more").wait_for()
    assert "Run the cell again." in said.inner_text()
    result.get_by_role("button", name="Dismiss").click()
    said.wait_for(state="detached")


def test_a_chart_is_drawn_from_the_rows_in_sight(sheet):
    result = sheet.grid(WIDE)
    result.get_by_role("button", name="Chart").click()
    drawn = result.locator(".jp-mesh-result-chart svg, .jp-mesh-result-chart canvas")
    drawn.first.wait_for()
    for kind in ("line", "scatter", "histogram", "bar"):
        result.get_by_role("combobox", name="Chart").select_option(kind)
        across = "carrier" if kind == "bar" else "at"
        result.get_by_label("Across").select_option(across)
        drawn.first.wait_for()
    sheet.desk.picture("results-chart")
    result.get_by_role("button", name="Keep as a Cell").click()
    kept = next(text for text in sheet.desk.sources() if "vegalite" in text)
    sheet.desk.command("notebook:run-cell")
    drawn = sheet.page.locator(".jp-RenderedVegaCommon5 svg, .jp-RenderedVegaCommon5 canvas")
    drawn.last.wait_for()
    assert "UNNEST(sequence(0, 1499))" in kept
    result.get_by_label("Height").select_option("carrier")
    assert "is not a number" in result.get_by_role("alert").inner_text()


def test_a_cell_of_ten_megabytes_is_cut_with_a_mark(sheet):
    sheet.grid("%%mesh\nSELECT array_join(repeat('0123456789', 1000000), '') AS v")
    sheet.press("Enter")
    assert whole(sheet).endswith("… (10000000 characters)")
    assert len(whole(sheet)) < 11_000


def test_a_wide_and_long_result_leaves_the_browser_small(sheet):
    columns = ", ".join(f"n + {at} AS c{at}" for at in range(200))
    result = sheet.grid(
        f"%%mesh\nSELECT {columns} FROM (SELECT a * 10000 + b AS n"
        " FROM UNNEST(sequence(0, 999)) AS t(a) CROSS JOIN UNNEST(sequence(0, 9999)) AS u(b))"
    )
    result.get_by_text("more than").wait_for()
    sheet.press("End", "Control+End", "Enter")
    assert whole(sheet)
    session = sheet.page.context.new_cdp_session(sheet.page)
    session.send("HeapProfiler.collectGarbage")
    held = session.send("Runtime.getHeapUsage")
    assert held["usedSize"] + held.get("backingStorageSize", 0) < 300e6


SLOW = """%%mesh
SELECT sum(sin(a * b)) AS s FROM UNNEST(sequence(1, 10000)) AS t(a)
CROSS JOIN UNNEST(sequence(1, 10000)) AS u(b) CROSS JOIN UNNEST(sequence(1, 10000)) AS v(c)"""
IDLE = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status
  === 'idle'"""


def test_a_running_query_shows_itself_and_is_cancelled(sheet):
    sheet.begin(SLOW)
    output = sheet.page.locator(".jp-OutputArea-output")
    # Which query it is can be told to whoever looks after the engine.
    said = re.compile(r"running · [\d.]+ s · .*embedded engine · query [0-9a-f]{32}")
    output.get_by_text(said).first.wait_for()
    sheet.desk.picture("results-running")
    output.get_by_role("button", name="Cancel").first.click()
    sheet.page.get_by_text("QueryCancelled").last.wait_for()
    sheet.page.wait_for_function(IDLE)
    result = sheet.grid("%%mesh\nSELECT 42 AS answer")
    result.get_by_text("1 row").wait_for()


def test_the_stop_button_stops_the_query_on_the_engine(sheet):
    sheet.begin(SLOW)
    output = sheet.page.locator(".jp-OutputArea-output")
    output.get_by_text("running").first.wait_for()
    sheet.desk.command("notebook:interrupt-kernel")
    sheet.page.get_by_text("Interrupted: the query was stopped.").first.wait_for()
    sheet.page.wait_for_function(IDLE)
    assert not sheet.page.get_by_role("button", name="Cancel", exact=True).count()


def test_a_kernel_that_dies_in_a_query_is_told_in_the_cell(sheet):
    sheet.run("import os; print('kernel', os.getpid())")
    told = sheet.page.get_by_text(re.compile(r"^kernel \d+")).inner_text()
    sheet.begin(SLOW)
    output = sheet.page.locator(".jp-OutputArea-output")
    output.get_by_role("button", name="Cancel").first.wait_for()
    os.kill(int(told.split()[1]), signal.SIGKILL)
    sheet.page.get_by_text("The kernel ended while this query ran").wait_for()
    assert not output.get_by_role("button", name="Cancel").count()
    sheet.page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
    sheet.desk.picture("results-kernel-ended")


def test_rows_are_staged_from_the_grid(sheet):
    result = sheet.grid("%%mesh\nSELECT 1 AS n")
    result.get_by_role("button", name="Stage as…").click()
    sheet.page.locator(".jp-Dialog input").fill("nowhere")
    sheet.page.locator(".jp-Dialog").get_by_role("button", name="Stage").click()
    # This notebook belongs to no product, and the person is told so where they asked.
    assert "product" in result.get_by_role("alert").inner_text()
