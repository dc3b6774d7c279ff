"""Contracts written short, for the tests of the files people write."""

import textwrap

import pytest

from jupyter_mesh.documents import Document
from jupyter_mesh.formats import odcs
from jupyter_mesh.formats.reading import Reading

HEAD = """\
apiVersion: v3.1.0
kind: DataContract
id: c
version: 1.0.0
status: active
schema:
  - name: t
    properties:
"""


class Contracts:
    """Reads contracts of which only the interesting lines are written."""

    head = HEAD
    column = "- {name: x, physicalType: bigint}\n"

    def text(self, properties, table="", head=HEAD):
        """The file: its head, the columns' lines, the lines of the table after them."""
        return (
            head
            + textwrap.indent(textwrap.dedent(properties), " " * 6)
            + textwrap.indent(textwrap.dedent(table), " " * 4)
        )

    def __call__(self, properties, table="", head=HEAD):
        return odcs.read_contract(self.text(properties, table, head), "t.odcs.yaml", "t")

    def faults(self, properties, table="", head=HEAD):
        text = self.text(properties, table, head)
        reading = Reading(Document.parse(text, "t.odcs.yaml"))
        odcs.read(reading, "t")
        return sorted(reading.faults, key=lambda error: error.line)

    def rules(self, quality, under="x"):
        """The rules that quality entries come to, under a column or under the table."""
        lines = textwrap.indent(textwrap.dedent(quality), "  ")
        if under:
            return self(f"- name: x\n  physicalType: bigint\n  quality:\n{lines}").rules
        return self(self.column, f"quality:\n{lines}").rules


@pytest.fixture
def contract():
    return Contracts()
