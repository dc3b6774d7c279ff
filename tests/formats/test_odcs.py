"""Data contracts as files: what is read, and every way of being refused."""

import textwrap

import pytest

from jupyter_mesh.errors import DescriptorError
from jupyter_mesh.formats import odcs
from jupyter_mesh.model.changes import contract_change

X = "- {name: x, physicalType: bigint}\n"


@pytest.mark.parametrize("version", ["v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0"])
def test_every_version_of_the_third_standard_is_read(contract, version):
    assert contract(X, head=contract.head.replace("v3.1.0", version)).columns


def test_service_levels_are_words(contract):
    text = contract.text(X) + textwrap.dedent(
        """\
        slaProperties:
          - {property: latency, value: 4, unit: d}
          - {property: retention, value: 3, valueExt: 5, unit: y, element: t.x}
        """
    )
    assert odcs.read_contract(text, "f").sla == (
        ("latency", "4 d"),
        ("retention (t.x)", "3 to 5 y"),
    )


def test_a_change_in_writing_only_is_no_change(contract):
    one = contract("- {name: x, physicalType: INT, required: true}\n")
    two = contract("# A remark.\n- name: 'x'\n  required: true\n  physicalType: integer\n")
    assert one.text != two.text
    assert not contract_change(one, two).change


def test_what_else_the_file_says_is_a_patch(contract):
    older = contract(X)
    newer = contract("- {name: x, physicalType: bigint, examples: [1]}\n")
    assert contract_change(older, newer).reasons == ("x.examples was added",)
    status = contract(X, head=contract.head.replace("active", "retired"))
    assert contract_change(older, status).reasons == ("status was changed",)


Q = "- name: x\n  physicalType: bigint\n  quality:\n    - "
T = "quality:\n  - "


@pytest.mark.parametrize(
    ("properties", "table", "line", "words"),
    [
        ("- {name: x}\n", "", 9, "has no type"),
        ("- {name: x, physicalType: NUMBER(3)}\n", "", 9, "a Trino type, found 'NUMBER(3)'"),
        ("- {name: x, logicalType: text}\n", "", 9, "expected one of string, date"),
        ("- {name: x, logicalType: object}\n", "", 9, "says object, but not what is in it"),
        ("- {name: x, logicalType: array}\n", "", 9, "says array, but not what is in it"),
        ("- {physicalType: date}\n", "", 9, "is missing"),
        (X + X, "", 10, "there are two columns x"),
        (X + "- {name: X, physicalType: date}\n", "", 10, "there are two columns X"),
        ("- {name: Xy, physicalType: date}\n", "", 9, "in lower case, as SQL folds it"),
        ("- {name: ' ', physicalType: date}\n", "", 9, "a column's name"),
        ("- {name: x, physicalType: date, requird: true}\n", "", 9, "there is no such key"),
        ("- {name: x, physicalType: date, required: 'yes'}\n", "", 9, "true or false"),
        (
            "- name: x\n  physicalType: bigint\n"
            "  logicalTypeOptions: {minimum: 5, maximum: 1}\n",
            "",
            11,
            "5 is above maximum, 1",
        ),
        (
            "- {name: x, physicalType: bigint, logicalTypeOptions: {minLength: 1}}\n",
            "",
            9,
            "there is no such key",
        ),
        (
            "- {name: x, physicalType: date, logicalTypeOptions: {minimum: 5}}\n",
            "",
            9,
            "expected text, found 5",
        ),
        (Q + "metric: nullValues\n", "", 12, "exactly one of mustBe, "),
        (
            Q + "{metric: nullValues, mustBe: 0, mustBeLessThan: 1}\n",
            "",
            12,
            "mustBe and mustBeLessThan",
        ),
        (Q + "{metric: nulValues, mustBe: 0}\n", "", 12, "found 'nulValues'"),
        (Q + "{rule: freshness, mustBe: 0}\n", "", 12, "found 'freshness'"),
        (Q + "{metric: nullValues, mustBe: none}\n", "", 12, "expected a number, found 'none'"),
        (Q + "{metric: nullValues, mustBe: true}\n", "", 12, "expected a number, found True"),
        (Q + "{metric: nullValues, mustBeLessThan: x}\n", "", 12, "expected a number"),
        (Q + "{metric: nullValues, mustBeBetween: [5, 1]}\n", "", 12, "smaller bound first"),
        (Q + "{metric: nullValues, mustBeBetween: [5]}\n", "", 12, "at least 2 items"),
        (Q + "{metric: nullValues, mustBe: 0, unit: rows%}\n", "", 12, "rows or percent"),
        (Q + "{metric: invalidValues, mustBe: 0}\n", "", 12, "which values are valid"),
        (Q + "{metric: nullValues, mustBe: 0, property: y}\n", "", 12, "no such key"),
        (Q + "{metric: nullValues, mustBe: 0, dimension: beauty}\n", "", 12, "one of accuracy"),
        (
            Q
            + "{id: a, metric: nullValues, mustBe: 0}\n"
            + "    - {id: a, metric: rowCount, mustBe: 1}\n",
            "",
            13,
            "there are two rules a",
        ),
        (X, T + "{metric: rowCount, mustBe: 0, unit: percent}\n", 11, "expected rows"),
        (X, T + "{metric: nullValues, mustBe: 0}\n", 11, "is a rule of one column"),
        (X, T + "{metric: duplicateValues, mustBe: 0}\n", 11, "may not repeat together"),
        (
            X,
            T + "{metric: duplicateValues, mustBe: 0, arguments: {properties: [y]}}\n",
            11,
            "there is no column y",
        ),
        (X, T + "{type: sql, mustBe: 0}\n", 11, "is missing"),
        (X, T + "{type: sql, query: SELECT 1}\n", 11, "exactly one of"),
        (X, T + "{type: custom, engine: e}\n", 11, "is missing"),
        (X, T + "{type: text, description: d, mustBe: 0}\n", 11, "does not go with the others"),
        (X, "relationships:\n  - {from: t.y, to: o.y}\n", 11, "there is no column y"),
        (X, "relationships:\n  - {from: t.x, to: x}\n", 11, "expected text like"),
    ],
)
def test_a_fault_stands_at_its_line(contract, properties, table, line, words):
    (fault,) = contract.faults(properties, table)
    assert words in fault.reason
    assert (fault.file, fault.line) == ("t.odcs.yaml", line)


@pytest.mark.parametrize(
    ("written", "instead", "line", "words"),
    [
        ("v3.1.0", "v2.2.2", 1, "expected v3.0.0 to v3.2.0"),
        ("v3.1.0", "v4.0.0", 1, "found 'v4.0.0'"),
        ("kind: DataContract\n", "", 1, "is missing"),
        ("version: 1.0.0", "version: 1.0", 4, "expected text, found 1.0"),
        ("- name: t", "- name: other", 7, "contract of t, found that of other"),
    ],
)
def test_a_wrong_head_is_refused_at_its_line(contract, written, instead, line, words):
    (fault,) = contract.faults(X, head=contract.head.replace(written, instead))
    assert words in fault.reason
    assert fault.line == line


@pytest.mark.parametrize("schema", ["", "schema: []\n", "schema:\n  - name: t\n"])
def test_a_contract_without_columns_is_refused(contract, schema):
    head = contract.head.partition("schema:")[0]
    with pytest.raises(DescriptorError, match="column"):
        odcs.read_contract(head + schema, "f", "t")


def test_all_faults_of_a_contract_are_found_at_once(contract):
    found = contract.faults(
        "- {name: x}\n- {name: Y, physicalType: date}\n- {name: z, physicalType: TEXTT}\n",
        T + "{metric: rowCount, mustBeBetween: [9, 1]}\n",
    )
    assert [fault.line for fault in found] == [9, 10, 11, 13]


def test_the_ports_table_is_found_among_several(contract):
    text = (
        contract.text(X)
        + "  - name: u\n    properties:\n      - {name: y, physicalType: date}\n"
    )
    assert odcs.read_contract(text, "f", "u").columns[0].name == "y"
    with pytest.raises(DescriptorError, match="that of t and u"):
        odcs.read_contract(text, "f", "v")
