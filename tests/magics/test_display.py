import json
from decimal import Decimal
from html.parser import HTMLParser

import pyarrow as pa

from jupyter_mesh.formats.outline import listing
from jupyter_mesh.magics import display
from jupyter_mesh.magics.display import MIME, Answer, Listing, Preview
from jupyter_mesh.magics.tables import Table, html, width, words
from jupyter_mesh.testing.mesh import LARGE, ScriptedResult, numbers, release

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def tags(text):
    parser = Tags()
    parser.feed(text)
    return parser.found


def preview(values, kind="varchar", **more):
    return Preview.of(ScriptedResult(pa.table({"v": values}), [kind]), **more)


def test_the_headline_counts_rows_time_and_engine():
    assert Preview.of(numbers(1234)).headline == "1,234 rows · 0.21 s · embedded"
    assert Preview.of(numbers(1)).headline.startswith("1 row ·")


def test_only_the_first_rows_are_shown_and_the_rest_is_counted():
    shown = Preview.of(numbers(1234))
    assert len(shown.rows) == 20
    assert "20 rows of 1,234 shown" in shown.footline
    assert Preview.of(numbers(20)).footline == ""


def test_a_large_answer_is_left_in_the_engine(monkeypatch):
    monkeypatch.setattr(display, "COUNTING", -1.0)
    result = numbers(1000)
    shown = Preview.of(result, 5)
    assert result.pulled == 1
    assert len(shown.rows) == 5
    assert shown.headline.startswith("more than 10 rows")
    assert "all are in .df()" in shown.footline


def test_limit_zero_shows_the_columns_alone():
    assert Preview.of(numbers(3), 0).rows == ()


def test_decimals_keep_every_digit():
    shown = preview([Decimal("12345678901234567890.10"), Decimal("0E-2")], "decimal(38,2)")
    assert "12345678901234567890.10" in shown.bundle()["text/html"]
    assert "0.00" in shown.bundle()["text/plain"]


def test_null_can_be_told_from_the_word():
    text = preview([None, "NULL"]).bundle()["text/html"]
    assert text.count('<td class="null">NULL</td>') == 1
    assert text.count("<td>NULL</td>") == 1


def test_markup_in_cells_names_and_types_is_text():
    result = ScriptedResult(pa.table({EVIL: [EVIL, EVIL * 10]}), ["varchar"])
    found = tags(Preview.of(result).bundle()["text/html"])
    assert {tag for tag, _ in found} <= {
        *("div", "style", "p", "table", "thead", "tbody", "tr", "th", "td", "small"),
    }
    assert not [attrs for _, attrs in found if "onerror" in attrs or "src" in attrs]


def test_a_long_cell_is_cut_with_the_whole_in_its_title():
    long = "x" * 500 + '"'
    cell = next(
        attrs for tag, attrs in tags(preview([long]).bundle()["text/html"]) if tag == "td"
    )
    assert cell["title"] == long


def test_what_cannot_be_seen_is_spelled_out():
    text = preview(["a\x1b[2Jb", "c\nd", "e\u202ef"]).bundle()["text/plain"]
    assert "\x1b" not in text
    assert r"\x1b[2J" in text
    assert "c↵d" in text
    assert "\u202e" not in text


def test_numbers_align_right_and_wide_letters_count_twice():
    table = Table("", ("n", "w"), (), (("1", "数"), ("100", "ab")), frozenset({0}))
    lines = words(table, 60).splitlines()
    assert lines[2] == "  1  数"
    assert lines[3] == "100  ab"
    assert width("数x") == 3
    assert width("e\u0301") == 1


def test_the_record_says_what_was_read():
    bundle = Preview.of(numbers(3)).bundle()
    record = bundle[MIME]
    assert json.loads(json.dumps(record)) == record
    assert record["tables"][0]["table"] == "lake.raw.flights"
    assert record["tables"][0]["snapshot_id"] == str(LARGE)
    assert (record["rows"], record["engine"], record["query_id"]) == (3, "embedded", "q-1")


def test_a_changing_statement_says_how_many_rows():
    result = ScriptedResult(pa.table({"rows": [7]}), ["bigint"], update="INSERT")
    assert Preview.of(result).headline.startswith("INSERT: 1 row")


def test_an_answer_has_all_that_its_result_has():
    answer = Answer(numbers(2), Preview.of(numbers(2)))
    assert answer.rows() == [(0, Decimal("12.30")), (1, Decimal("12.30"))]
    assert answer.columns[0].name == "n"
    assert not hasattr(answer, "_repr_latex_")


def test_a_list_is_a_list_that_looks_like_a_table():
    releases = [release("1.1.0", EVIL), release()]
    shown = Listing(releases, listing("release", releases))
    assert shown == releases
    assert "<script>" not in shown._repr_html_()
    assert "1.1.0" in html(Table("x", ("a",), (), (("1.1.0",),)))


def test_nothing_looks_like_nothing():
    assert "No releases yet." in Listing([], listing("release", []))._repr_html_()
