"""From a Contract to a new ODCS file; one that is there is edited as a Document instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jupyter_mesh.documents import render
from jupyter_mesh.formats.odcs_rules import derived_id
from jupyter_mesh.formats.odcs_spellings import logical_type
from jupyter_mesh.model.contract import Severity

if TYPE_CHECKING:
    from jupyter_mesh.model.contract import Column, Contract, Rule
    from jupyter_mesh.model.names import ProductName, TableName


def contract_text(contract: Contract, port: str, product: ProductName, table: TableName) -> str:
    """The contract as a new ODCS v3.1.0 file for that output port.

    Lists of valid values under a column need v3.2.0, so a contract that has them says so.
    """
    rules: dict[str, list[Rule]] = {column.name: [] for column in contract.columns}
    of_table: list[Rule] = []
    for rule in contract.rules:
        rules.get(rule.column, of_table).append(rule)
    notes = {key: json.loads(text) for key, text in contract.notes}
    newer = any("enum" in rule.arguments for rule in contract.rules)
    description = {"purpose": contract.description} if contract.description else {}
    written = {
        "apiVersion": "v3.2.0" if newer else "v3.1.0",
        "kind": "DataContract",
        "id": contract.id,
        "name": port,
        "version": contract.version or "1.0.0",
        "status": notes.get("status", "draft"),
        "domain": product.domain,
        "dataProduct": product.product,
        "description": description | notes.get("description", {}),
        **{key: value for key, value in notes.items() if "." not in key and key != "status"},
        "schema": [
            {
                "name": port,
                "physicalName": str(table),
                **_of("table", notes),
                "properties": [
                    _property(column, rules[column.name], contract, notes)
                    for column in contract.columns
                ],
                **_promises(of_table),
            }
        ],
        "slaProperties": [_service(*level) for level in contract.sla],
    }
    return render({key: value for key, value in written.items() if value not in ({}, [])})


def _property(
    column: Column, rules: list[Rule], contract: Contract, notes: dict[str, Any]
) -> dict[str, Any]:
    kind = str(column.type)
    own = _of(column.name, notes)
    units = [{"property": "unit", "value": column.unit}] if column.unit else []
    options = {
        key: value
        for rule in rules
        if rule.metric == "logicalTypeOptions"
        for key, value in rule.arguments.items()
    }
    choices = options.pop("enum", ())
    position = contract.key.index(column.name) + 1 if column.primary_key else 0
    written = {
        "name": column.name,
        "logicalType": logical_type({"physicalType": kind}),
        "physicalType": kind,
        "description": column.description,
        "required": column.required,
        "unique": column.unique,
        "primaryKey": column.primary_key,
        "primaryKeyPosition": position,
        "classification": column.classification,
        "tags": list(column.tags),
        "logicalTypeOptions": options,
        "enum": [{"value": value} for value in choices],
        "customProperties": units + own.pop("customProperties", []),
        **own,
    }
    return {key: value for key, value in written.items() if value} | _promises(rules)


def _promises(rules: list[Rule]) -> dict[str, Any]:
    quality = [
        _rule(rule)
        for rule in rules
        if rule.metric not in {"logicalTypeOptions", "relationship"}
    ]
    related = [_relationship(rule) for rule in rules if rule.metric == "relationship"]
    both = {"quality": quality, "relationships": related}
    return {key: entries for key, entries in both.items() if entries}


def _rule(rule: Rule) -> dict[str, Any]:
    written: dict[str, Any] = {} if rule.id == derived_id(rule) else {"id": rule.id}
    if rule.metric in {"sql", "custom", "text"}:
        written |= {"type": rule.metric, **rule.arguments}
    else:
        written |= {"metric": rule.metric}
        written |= {"arguments": rule.arguments} if rule.arguments else {}
    if rule.operator:
        written[rule.operator] = rule.threshold
    if rule.unit != "rows":
        written["unit"] = rule.unit
    if rule.severity is not Severity.CRITICAL:
        written["severity"] = rule.severity.value
    more = {"dimension": rule.dimension, "description": rule.description}
    return written | {key: value for key, value in more.items() if value}


def _relationship(rule: Rule) -> dict[str, Any]:
    columns, targets = rule.arguments["columns"], rule.arguments["to"]
    named = rule.id != f"{'_'.join(columns)}-relationship"
    written: dict[str, Any] = {"id": rule.id} if named else {}
    if rule.column:
        return {**written, "to": targets[0] if len(targets) == 1 else targets}
    # A reference has a table before its column, even where the table is this one.
    return {**written, "from": [f"this.{name}" for name in columns], "to": targets}


def _service(name: str, value: str) -> dict[str, Any]:
    prop, _, element = name.removesuffix(")").partition(" (")
    figure, _, unit = value.partition(" ")
    written: dict[str, Any] = {"property": prop, "value": figure}
    if unit:
        written["unit"] = unit
    if element:
        written["element"] = element
    return written


def _of(owner: str, notes: dict[str, Any]) -> dict[str, Any]:
    """What the notes hold of one column, or of the table."""
    start = f"{owner}."
    return {
        key.removeprefix(start): value for key, value in notes.items() if key.startswith(start)
    }
