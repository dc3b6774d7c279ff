"""Arrow rows fitted to the types a contract promises, where no value changes by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.errors import ContractError
from jupyter_mesh.formats.arrow import arrow_type, trino_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.types import TrinoType

_MOMENTS = frozenset({"date", "timestamp", "timestamp with time zone"})


class Fitted:
    """A reader whose batches have the promised types; `fault` is what stopped it, if anything.

    An exception loses its type on its way through an engine's C interface, so it is kept here
    for the caller to raise.
    """

    def __init__(self, source: pa.RecordBatchReader, promised: Sequence[Column]) -> None:
        import pyarrow as pa

        self.fault: ContractError | None = None
        self._promised = {column.name: column for column in promised}
        self._source = source
        schema = pa.schema([self._field(field) for field in source.schema])
        self.reader = pa.RecordBatchReader.from_batches(schema, self._batches(schema))

    def _field(self, field: pa.Field) -> pa.Field:
        column = self._promised.get(field.name)
        if column is None:
            return field
        if _is_castable(trino_type(field.type), column.type):
            field = field.with_type(arrow_type(column.type))
        if column.description:
            field = field.with_metadata({"comment": column.description})
        return field

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in self._source:
            try:
                yield pa.record_batch(
                    [
                        self._cast(array, field)
                        for array, field in zip(batch.columns, schema, strict=True)
                    ],
                    schema=schema,
                )
            except ContractError as fault:
                self.fault = fault
                raise

    def _cast(self, array: pa.Array, field: pa.Field) -> pa.Array:
        import pyarrow as pa

        if array.type == field.type:
            return array
        try:
            return array.cast(field.type, safe=True)
        except pa.ArrowInvalid as error:
            promised = self._promised[field.name].type
            raise ContractError(
                f"{field.name} is {trino_type(array.type)} and holds values that are no "
                f"{promised}, which the contract promises.",
                remedy=f"Cast {field.name} in the notebook, or promise another type.",
            ) from error


def _is_castable(found: TrinoType, promised: TrinoType) -> bool:
    """Whether a checked cast may keep every value: numbers to numbers, moments to moments."""
    if found == promised:
        return False
    if found.base == "unknown":
        return True
    if found.is_numeric and promised.is_numeric:
        return True
    return found.base in _MOMENTS and promised.base in _MOMENTS and "zone" not in found.base
