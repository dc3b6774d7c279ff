import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.names import PLAIN, ProductName, TableName, safe_names

part = st.text(min_size=1, max_size=20)


@given(part, part, part)
def test_a_table_name_reads_back_as_printed(catalog, schema, table):
    name = TableName(catalog, schema, table)
    assert TableName.parse(str(name)) == name
    assert TableName.parse(name.sql) == name


@given(st.lists(st.text(max_size=30), max_size=20))
def test_safe_names_are_plain_distinct_and_in_order(headings):
    names = safe_names(headings)
    assert len(names) == len(headings) == len(set(names))
    assert all(PLAIN.match(name) for name in names)


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c.d", 'a."b.c', "a..c", 'a."".c'])
def test_what_is_no_table_name_is_refused(text):
    with pytest.raises(InputError):
        TableName.parse(text)


def test_unquoted_parts_fold_and_quoted_parts_do_not():
    assert TableName.parse('Lake."Raw".Flights') == TableName("lake", "Raw", "flights")


@pytest.mark.parametrize(
    "text", ["", "a", "a/", "/b", "A/b", "a/b/c", "a b/c", "../x", "a/" + "b" * 80]
)
def test_what_is_no_product_name_is_refused(text):
    with pytest.raises(InputError):
        ProductName.parse(text)


def test_a_product_has_a_schema_of_its_own():
    assert ProductName.parse("aviation/delays").schema == "aviation_delays"
