"""Keeping secrets out of what a run leaves behind."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "***"
# A shorter value stands in every text by chance: masking it would leave noise and hide nothing.
SHORTEST = 4


class Redactor:
    """Replaces known secret values by `***`, also where they are quoted for JSON or a URL."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {
            spelling
            for secret in secrets
            if len(secret) >= SHORTEST
            for spelling in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""))
        }
        longest_first = sorted(spellings, key=lambda text: (-len(text), text))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        self.is_idle = not spellings

    def text(self, text: str) -> str:
        """The text without secrets."""
        return text if self.is_idle else self._pattern.sub(MASK, text)

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """The JSON value without secrets; the given one stays as it is."""
        if self.is_idle:
            return value
        if isinstance(value, str):
            return self._pattern.sub(MASK, value)
        if isinstance(value, dict):
            return {key: self.clean(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.clean(item) for item in value]
        return value
