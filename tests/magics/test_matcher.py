from threading import Event

import pytest
from IPython.core.completer import provisionalcompleter

from jupyter_mesh.magics.matcher import Names, completions
from tests.waiting import LONGEST


def offered(before):
    found = completions(before, Names())
    return None if found is None else [name for name, _kind in found[1]]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("%%mesh\nSELECT * FROM ", ["lake", "raw", "flights", "planes"]),
        ("%%mesh\nSELECT * FROM la", ["lake"]),
        ("%%mesh\nselect * from lake.", ["lake.raw"]),
        ("%%mesh\nSELECT 1\nFROM lake.raw.fl", ["lake.raw.flights"]),
        ("%%mesh\nSELECT 1 FROM raw.fl", ["raw.flights"]),
        ("%%mesh\nSELECT 1 FROM x JOIN lake.raw.", ["lake.raw.flights", "lake.raw.planes"]),
        ("%%mesh\nSELECT 1 FROM lake.raw.flights f WHERE f.dep", ["f.dep_delay"]),
        ("%%mesh\nSELECT 1 FROM lake.raw.flights WHERE carr", ["carrier"]),
        ("%%mesh --st", ["--stage"]),
        ("# note\n%%mesh --in", ["--into"]),
        ("%mesh pro", ["promote"]),
        ("%mesh promote avi", ["aviation/delays"]),
        ("%mesh describe lake.raw.p", ["lake.raw.planes"]),
        ("x = 1\n%mesh rel", ["releases"]),
    ],
)
def test_what_fits_is_offered(fake, before, expected):
    assert offered(before) == expected


@pytest.mark.parametrize("before", ["", "x = 1", "%%time\nSELECT", "import jup", "%meshing "])
def test_other_cells_are_left_to_python(fake, before):
    assert offered(before) is None


def test_keywords_are_offered_in_sql(fake):
    assert "SELECT" in offered("%%mesh\nsel")


def test_columns_are_found_by_a_short_name_too(fake):
    assert offered("%%mesh\nSELECT * FROM raw.flights f WHERE f.carr") == ["f.carrier"]
    assert offered("%%mesh\nSELECT * FROM flights WHERE carr") == ["carrier"]


def test_columns_of_a_select_come_from_the_from_below(fake):
    after = "\nFROM lake.raw.flights AS f\nWHERE x"
    _, found = completions("%%mesh\nSELECT dep", Names(), after)
    assert found == [("dep_delay", "column")]


def test_a_mesh_that_fails_is_silent(fake):
    assert offered("%%mesh\nSELECT * FROM nowhere.") == []


def test_the_mesh_is_asked_once_for_many_keys(fake):
    names = Names()
    for typed in ("l", "la", "lak"):
        completions(f"%%mesh\nSELECT * FROM {typed}", names)
    assert fake.calls == [("browse", ""), ("browse", "lake"), ("browse", "lake.raw")]


def test_a_slow_mesh_does_not_hold_the_keyboard(fake, monkeypatch):
    go_on, ended = Event(), Event()

    def browse(_self, _prefix):
        go_on.wait(LONGEST)
        ended.set()
        return []

    monkeypatch.setattr(type(fake), "browse", browse)
    assert offered("%%mesh\nSELECT * FROM la") == []
    assert not ended.is_set()
    go_on.set()


def test_the_shell_completes_with_it(shell):
    text = "%%mesh\nSELECT * FROM la"
    shell.Completer.use_jedi = False
    with provisionalcompleter():
        found = [c.text for c in shell.Completer.completions(text, len(text))]
    assert found == ["lake"]
