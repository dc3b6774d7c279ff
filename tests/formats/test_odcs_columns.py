"""The columns of a data contract and their types."""

import pytest

X = "- {name: x, physicalType: bigint}\n"


def test_a_column_says_everything_it_promises(contract):
    read = contract(
        """\
        - name: carrier
          logicalType: string
          physicalType: varchar(2)
          description: Who flies.
          required: true
          unique: true
          primaryKey: true
          primaryKeyPosition: 1
          classification: public
          tags: [iata]
          customProperties:
            - {property: unit, value: code}
        """
    )
    (column,) = read.columns
    assert (column.name, str(column.type)) == ("carrier", "varchar(2)")
    assert column.required
    assert column.unique
    assert column.primary_key
    assert (column.classification, column.unit, column.tags) == ("public", "code", ("iata",))
    assert column.description == "Who flies."
    assert read.key == ("carrier",)
    assert (read.id, read.version, read.path) == ("c", "1.0.0", "t.odcs.yaml")
    assert read.text.startswith("apiVersion")


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("logicalType: string", "varchar"),
        ("logicalType: integer", "bigint"),
        ("logicalType: integer, logicalTypeOptions: {format: i32}", "integer"),
        ("logicalType: number", "double"),
        ("logicalType: number, logicalTypeOptions: {format: f32}", "real"),
        ("logicalType: boolean", "boolean"),
        ("logicalType: date", "date"),
        ("logicalType: time", "time(6)"),
        ("logicalType: timestamp", "timestamp(6)"),
        (
            "logicalType: timestamp, logicalTypeOptions: {timezone: true}",
            "timestamp(6) with time zone",
        ),
        ("logicalType: array, items: {logicalType: integer}", "array(bigint)"),
        ("logicalType: array, items: {physicalType: date}", "array(date)"),
        (
            "logicalType: object, properties: [{name: a, logicalType: date}, "
            "{name: b, logicalType: array, items: {logicalType: string}}]",
            "row(a date, b array(varchar))",
        ),
        (
            "logicalType: map, map: {key: {logicalType: string}, value: {logicalType: number}}",
            "map(varchar, double)",
        ),
        ("logicalType: vector, logicalTypeOptions: {dimensions: 3}", "array(real)"),
        ("physicalType: INT", "integer"),
        ("physicalType: 'DECIMAL(12,2)'", "decimal(12,2)"),
        ("physicalType: 'map(varchar, bigint)'", "map(varchar, bigint)"),
        ("physicalType: 'timestamp(6) with time zone'", "timestamp(6) with time zone"),
        ("logicalType: integer, physicalType: smallint", "smallint"),
    ],
)
def test_a_type_is_the_physical_one_or_what_the_logical_one_stands_for(contract, written, kind):
    assert str(contract(f"- {{name: x, {written}}}\n").columns[0].type) == kind


def test_a_physical_name_is_what_sql_says(contract):
    properties = "- {name: Carrier Code, physicalName: carrier, physicalType: varchar}\n"
    assert contract(properties).columns[0].name == "carrier"


def test_a_measure_is_no_column(contract):
    properties = X + "- {name: total, logicalType: number, semanticType: measure}\n"
    assert [column.name for column in contract(properties).columns] == ["x"]
