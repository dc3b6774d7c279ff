import pytest

from jupyter_mesh.errors import InputError
from jupyter_mesh.notebook.document import read
from jupyter_mesh.notebook.parameters import Parameter, checked, parameters_of

SOURCE = """\
# the year of the flights
year = 2013
share: float = 0.5  # of late flights
name: str = None
wanted = ["EWR",
          "JFK"]  # airports
computed = year + 1
is_new = True
left = right = "x"
other: dict = {}
a.b = 1
c, d = 1, 2
print(year)
"""


def test_names_types_defaults_and_helps_are_read(bench, make_code):
    path = bench.write(make_code(SOURCE, "parameters"), "not_a_parameter = 1")
    assert parameters_of(path) == (
        Parameter("year", "integer", 2013, "the year of the flights"),
        Parameter("share", "number", 0.5, "of late flights"),
        Parameter("name", "string", None, ""),
        Parameter("wanted", "array", ["EWR", "JFK"], "airports"),
        Parameter("computed", "", None, ""),
        Parameter("is_new", "boolean", True, ""),
        Parameter("left", "string", "x", ""),
        Parameter("right", "string", "x", ""),
        Parameter("other", "", {}, ""),
    )


@pytest.mark.parametrize("source", ["", "def f(:", "x = (1"])
def test_a_cell_that_is_no_python_declares_nothing(bench, make_code, source):
    assert parameters_of(bench.write(make_code(source, "parameters"))) == ()


def test_a_notebook_without_the_tag_declares_nothing(bench):
    path = bench.write("year = 2013")
    with pytest.raises(InputError, match="tagged 'parameters'"):
        checked(read(path), {"year": 1})


@pytest.mark.parametrize("value", [1, 0.5, 10**30])
def test_a_whole_number_is_a_number_too(bench, make_code, value):
    document = read(bench.write(make_code("share = 0.5", "parameters")))
    assert checked(document, {"share": value}) == {"share": value}


@pytest.mark.parametrize("value", [True, "1", float("nan"), float("inf"), {1}, b"x", [{}]])
def test_a_value_that_is_no_plain_one_of_its_type_is_refused(bench, make_code, value):
    document = read(bench.write(make_code("share = 0.5", "parameters")))
    with pytest.raises(InputError, match="share"):
        checked(document, {"share": value})


def test_null_and_lists_are_values(bench, make_code):
    document = read(bench.write(make_code("a = None\nb = [1]", "parameters")))
    given = {"a": [1, ["x", None]], "b": None}
    assert checked(document, given) == given
