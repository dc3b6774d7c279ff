import pytest

from jupyter_mesh.errors import InputError
from jupyter_mesh.magics.options import CellOptions, parse_options


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("", CellOptions()),
        ("--into df --stage carriers", CellOptions(into="df", stage="carriers")),
        ("--limit=5 --engine=trino", CellOptions(limit=5, engine="trino")),
        ("--limit 0", CellOptions(limit=0)),
        ("--into 'df'", CellOptions(into="df")),
        ("--into größe", CellOptions(into="größe")),
    ],
)
def test_options_are_read(line, options):
    assert parse_options(line) == options


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("--limt 3", "Did you mean --limit?"),
        ("--stages x", "Did you mean --stage?"),
        ("--quux", "%%mesh [--into NAME]"),
        ("SELECT 1", "below %%mesh"),
        ("--limit -1", "whole number"),
        ("--limit 1e3", "whole number"),
        ("--limit ٣", "whole number"),
        ("--limit 10001", "10,000"),
        ("--into class", "Python name"),
        ("--into a.b", "Python name"),
        ("--into --limit 3", "Write %%mesh"),
        ('--into "x', "Close it."),
    ],
)
def test_a_wrong_option_is_answered_with_the_right_one(line, remedy):
    with pytest.raises(InputError) as raised:
        parse_options(line)
    assert remedy in raised.value.remedy
