"""Product descriptors as files, and our one extension."""

import textwrap

import pytest

from jupyter_mesh.documents import Document
from jupyter_mesh.formats import odps
from jupyter_mesh.formats.reading import Reading
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.product import InputPort
from jupyter_mesh.model.versions import ReleaseRef

NAME = ProductName("aviation", "delays")
HEAD = """\
apiVersion: v1.0.0
kind: DataProduct
id: p
status: active
"""
PORTS = "outputPorts:\n  - {name: carriers, version: 1.0.0}\n"


def read(rest=PORTS, head=HEAD):
    reading = Reading(Document.parse(head + textwrap.dedent(rest), "product.odps.yaml"))
    return odps.read(reading, NAME, "lake"), sorted(reading.faults, key=lambda e: e.line)


def descriptor(rest=PORTS):
    found, faults = read(rest)
    assert not faults
    return found


def extended(value, ports=PORTS):
    indented = textwrap.indent(textwrap.dedent(value), " " * 6)
    return f"customProperties:\n  - property: jupyterMesh\n    value:\n{indented}{ports}"


def test_an_identity_is_computed_from_the_name_alone():
    assert odps.identity(NAME) == odps.identity(ProductName("aviation", "delays"))
    found = {
        odps.identity(NAME),
        odps.identity(ProductName("aviation", "routes")),
        odps.identity(NAME, "carriers"),
        odps.identity(NAME, "carriers", 2),
        odps.identity(NAME, "routes"),
    }
    assert len(found) == 5
    assert {identity.version for identity in found} == {5}


def test_a_port_is_a_table_of_the_products_schema():
    (port,) = descriptor().outputs
    assert port.table == TableName("lake", "aviation_delays", "carriers")


def test_a_descriptor_says_who_why_and_what():
    found = descriptor(
        extended("notebook: delays.ipynb\nparameters: {spoil: 0, day: 2013-01-01}\n")
        + """\
        version: 2.0.0
        description: {purpose: How late., usage: u}
        team: {name: ops, members: [{username: bo}, {username: ana, role: Data Owner}]}
        """.replace("        ", "")
    )
    assert (found.owner, found.description, found.version) == ("ana", "How late.", "2.0.0")
    assert (found.status, found.notebook) == ("active", "delays.ipynb")
    assert found.parameters == {"spoil": 0, "day": "2013-01-01"}


def test_a_team_owns_what_none_of_its_members_does():
    assert descriptor(PORTS + "team: {name: ops, members: [{username: bo}]}\n").owner == "ops"
    assert descriptor().owner == ""


def test_an_output_port_may_name_its_table():
    value = "[{property: jupyterMesh, value: {table: lake.shared.carriers}}]"
    ports = f"outputPorts:\n  - {{name: c, version: '1', customProperties: {value}}}\n"
    assert descriptor(ports).outputs[0].table == TableName("lake", "shared", "carriers")


INPUTS = "inputPorts:\n  - {name: flights, version: '1', contractId: c}\n"


@pytest.mark.parametrize(
    ("meant", "port"),
    [
        ("lake.raw.flights", InputPort("flights", TableName("lake", "raw", "flights"))),
        (
            "a/b@^1",
            InputPort(
                "flights", TableName("lake", "a_b", "flights"), ReleaseRef.parse("a/b@^1")
            ),
        ),
        (
            "{release: a/b, port: all}",
            InputPort("flights", TableName("lake", "a_b", "all"), ReleaseRef.parse("a/b")),
        ),
        ("{table: ops.main.f}", InputPort("flights", TableName("ops", "main", "f"))),
    ],
)
def test_an_input_is_a_table_or_another_products_release(meant, port):
    assert descriptor(extended(f"inputs: {{flights: {meant}}}\n", INPUTS + PORTS)).inputs == (
        port,
    )


def test_an_input_port_may_say_it_itself():
    value = "[{property: jupyterMesh, value: {table: ops.main.f}}]"
    ports = INPUTS.replace("}", f", customProperties: {value}}}") + PORTS
    assert descriptor(ports).inputs[0].table == TableName("ops", "main", "f")
    named = INPUTS.replace("flights", "lake.raw.flights") + PORTS
    assert descriptor(named).inputs[0].table == TableName("lake", "raw", "flights")


def test_a_product_may_choose_its_engine():
    assert descriptor(extended("engine: trino\n")).engine == "trino"
    assert descriptor(PORTS).engine == ""


def test_foreign_properties_are_left_alone():
    assert descriptor("customProperties: [{property: other, value: {x: 1}}]\n" + PORTS)


def port(text):
    return f"outputPorts:\n  - {text}\n"


@pytest.mark.parametrize(
    ("rest", "line", "words"),
    [
        ("", 1, "at least one output port"),
        ("outputPorts: []\n", 5, "at least one output port"),
        ("outputPort: []\n" + PORTS, 5, "there is no such key"),
        ("domain: energy\n" + PORTS, 5, "expected aviation as the folders say"),
        ("name: routes\n" + PORTS, 5, "expected delays as the folders say"),
        (PORTS + "  - {name: carriers, version: 2.0.0}\n", 7, "two output ports carriers"),
        (port("{name: Carriers!, version: '1'}"), 6, "expected lower case letters"),
        (port("{name: carriers}"), 6, "is missing"),
        (port("{name: carriers, version: 1}"), 6, "expected text, found 1"),
        (extended("notebok: x.ipynb\n"), 8, "there is no such key"),
        (extended("notebook: x.py\n"), 8, "a notebook in the product's folder"),
        (extended("parameters: {no way: 1}\n"), 8, "a parameter's name"),
        (extended("engine: Big Trino\n"), 8, "an engine of the mesh such as trino"),
        (extended("sampling: {fraction: 2}\n"), 8, "at most 1, found 2"),
        (
            extended("inputs: {flights: lake.raw.flights}\n"),
            8,
            "there is no input port flights",
        ),
        (INPUTS + PORTS, 6, "it is not said which table flights is"),
        (extended("inputs: {flights: lake.flights}\n", INPUTS + PORTS), 8, "2 of 3 parts"),
        (extended("inputs: {flights: A/b@1}\n", INPUTS + PORTS), 8, "is not a product's name"),
        (
            extended("inputs: {flights: a/b@new}\n", INPUTS + PORTS),
            8,
            "not a version or a range",
        ),
        (extended("inputs: {flights: [a]}\n", INPUTS + PORTS), 8, "text or a mapping"),
        (
            extended("inputs: {flights: {table: a.b.c, release: a/b}}\n", INPUTS + PORTS),
            8,
            "exactly one of table, release",
        ),
        (
            INPUTS.replace("name: flights", "name: a.b.c")
            + "  - {name: a.b.c, version: '1', contractId: c}\n"
            + PORTS,
            7,
            "two input ports a.b.c",
        ),
        (
            port(
                "{name: c, version: '1', customProperties: "
                "[{property: jupyterMesh, value: {table: ops.main.c}}]}"
            ),
            6,
            "expected a table in the home catalog lake",
        ),
    ],
)
def test_a_fault_stands_at_its_line(rest, line, words):
    _, (fault,) = read(rest)
    assert words in fault.reason
    assert fault.line == line


def test_a_wrong_head_is_refused():
    _, faults = read(head=HEAD.replace("DataProduct", "DataContract").replace("v1.0.0", "v3"))
    assert [fault.key for fault in faults] == ["apiVersion", "kind"]
