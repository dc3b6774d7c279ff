"""A person writes SQL in a cell: it is coloured, completed, and marked where it is wrong."""

from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

pytestmark = pytest.mark.long
CLASSES = """text => {
  const all = [...document.querySelectorAll('.jp-Notebook .cm-content')]
  const cell = all.find(one => one.innerText.includes(text))
  return [...cell.querySelectorAll('.cm-line span[class]')]
    .map(span => [span.innerText, getComputedStyle(span).color])
}"""
WRONG = "%%mesh\n-- fine\nSELECT 1 AS a,\n  nope FROM (VALUES 1) AS t(x)"


def colours(sheet, text):
    """The words of a cell that have a colour, each with it."""
    return dict(sheet.page.evaluate(CLASSES, text))


def test_statements_have_colours_and_python_keeps_its_own(sheet):
    sheet.write("%%mesh\nSELECT name AS def FROM t WHERE x = 'it' -- why")
    sheet.page.wait_for_function(
        f"text => Object.fromEntries(({CLASSES})(text)).SELECT", arg="SELECT name"
    )
    found = colours(sheet, "SELECT name")
    assert found["SELECT"] == found["FROM"] == found["WHERE"]
    assert len({found["SELECT"], found["'it'"], found["-- why"]}) == 3
    assert "def" not in found
    sheet.desk.command("notebook:insert-cell-below")
    sheet.write("def FROM(select):\n    return 'SELECT name'  # where")
    sheet.page.wait_for_function(
        f"text => Object.fromEntries(({CLASSES})(text)).def", arg="def FROM("
    )
    python = colours(sheet, "def FROM(")
    assert python["def"] == found["SELECT"]
    assert "select" not in python


def test_an_error_is_marked_at_its_place_until_it_is_mended(sheet):
    sheet.run(WRONG)
    mark = sheet.page.locator(".jp-mesh-wrong")
    mark.wait_for()
    assert mark.inner_text() == "nope"
    mark.hover()
    said = sheet.page.locator(".jp-mesh-wrong-words")
    said.wait_for()
    assert "'nope' cannot be resolved" in said.inner_text()
    sheet.desk.picture("editor-error")
    sheet.page.get_by_role("button", name="Go to line 3, column 3").click()
    sheet.page.keyboard.type("2 AS ")
    mark.wait_for(state="detached")


def test_a_mark_goes_when_the_cell_runs_again(sheet):
    sheet.run(WRONG)
    mark = sheet.page.locator(".jp-mesh-wrong")
    mark.wait_for()
    sheet.page.evaluate(
        """() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1 }"""
    )
    sheet.desk.command("notebook:run-cell")
    sheet.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[1]"
        ".model.executionCount === 3"
    )
    mark.wait_for()
    assert mark.count() == 1
    sheet.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[1]"
        ".model.sharedModel.setSource('%%mesh\\nSELECT 1')"
    )
    mark.wait_for(state="detached")


def test_a_statement_is_laid_out_on_demand(sheet):
    sheet.write("%%mesh --limit 5\nselect a, -- why\n b from t where a='x'")
    sheet.desk.command("mesh:format-cell")
    laid_out = "%%mesh --limit 5\nSELECT\n  a, -- why\n  b\nFROM t\nWHERE a = 'x'"
    sheet.page.wait_for_function(
        "text => window.jupyterapp.shell.currentWidget.content.activeCell"
        ".model.sharedModel.getSource() === text",
        arg=laid_out,
    )


def complete(sheet, text):
    """Ask for what may stand at the end of a text; the words of the list."""
    sheet.write(text)
    sheet.page.evaluate(
        """() => {
          const { content } = window.jupyterapp.shell.currentWidget
          const editor = content.activeCell.editor
          content.mode = 'edit'
          editor.focus()
          const end = editor.model.sharedModel.getSource().length
          editor.setCursorPosition(editor.getPositionAt(end))
        }"""
    )
    items = sheet.page.locator(".jp-Completer-item")
    for _turn in range(10):
        # JupyterLab waits a second for an answer; a person then presses Tab once more.
        sheet.desk.command("completer:invoke-notebook")
        with suppress(PlaywrightTimeout):
            items.first.wait_for(timeout=3_000)
            break
    items.first.wait_for()
    return items.locator(".jp-Completer-match").all_inner_texts()


def test_names_are_completed_while_the_kernel_is_busy(sheet):
    sheet.run("%mesh browse lake")
    sheet.begin("import time; time.sleep(60)")
    sheet.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"
        " === 'busy'"
    )
    found = complete(sheet, "%%mesh\nSELECT * FROM lake.ra")
    assert "lake.raw" in found
    sheet.desk.picture("editor-completion")


def test_a_name_is_offered_once_by_kernel_and_server(sheet):
    sheet.run("%mesh browse lake")
    found = complete(sheet, "%%mesh\nSELECT * FROM lake.raw.")
    assert len(found) == len(set(found)) > 0
