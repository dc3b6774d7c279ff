import json
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.notebook.redact import MASK, SHORTEST, Redactor

SECRETS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="*"), min_size=SHORTEST
)


@given(SECRETS, st.text(), st.text())
def test_no_spelling_of_a_secret_is_left(secret, before, after):
    redactor = Redactor([secret])
    for spelling in (secret, json.dumps(secret)[1:-1], quote(secret, safe="")):
        text = f"{before}{spelling}{after}"
        value = {"a": [text, 1, None], "b": {"c": spelling}}
        clean = redactor.clean(value)
        assert clean["b"] == {"c": MASK}
        assert clean["a"] == [redactor.text(text), 1, None]
        assert value["a"][0] == text


def test_a_secret_inside_another_is_masked_with_it():
    assert Redactor(["word", "password"]).text("password word") == "*** ***"


def test_what_is_too_short_to_hide_is_left():
    assert Redactor(["abc", ""]).is_idle
    assert Redactor(["abc"]).text("abc") == "abc"
