# SPDX-License-Identifier: GPL-3.0-or-later
"""Small parts that policy, word and act files are made of."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler, StringConstraints, WithJsonSchema
from pydantic_core import CoreSchema

_COMPARISON = re.compile(r"\s*(>=|<=|>|<|=|==)?\s*(\d+(?:\.\d+)?)\s*")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "==": operator.eq,
}


class Strict(BaseModel):
    """A mapping in a file: unknown keys are errors, values are never changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A test of a number, as in ``">= 2"``.

    Attributes:
        sign: one of >=, <=, >, <, =.
        number: what it is compared with.
    """

    sign: str
    number: float

    def holds(self, value: float) -> bool:
        """Whether the value passes."""
        return _OPERATORS[self.sign](value, self.number)

    def __str__(self) -> str:
        return f"{self.sign} {self.number:g}"


def _comparison(value: object) -> object:
    if isinstance(value, Comparison):
        return value
    found = None if isinstance(value, bool) else _COMPARISON.fullmatch(str(value))
    if found is None:
        raise ValueError(f'“{value}” is no comparison; write for example ">= 2"')
    return Comparison(found[1] or "=", float(found[2]))


def _listed(value: object) -> object:
    return [value] if isinstance(value, (str, int, float)) else value


Compared = Annotated[
    Comparison,
    BeforeValidator(_comparison),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^(>=|<=|>|<|=)?\s*\d+(\.\d+)?$"}]}),
]
#: One or a list of them.
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$")]
#: Of a rule, an act or a word class.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
ClassName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
#: A policy id, or a whole family as in ``blame/*``.
IdPattern = Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]+)/(\*|[a-z0-9-]+)$")]
Phrases = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]


class TextOrMapping(Strict):
    """A mapping that may be written as a bare string, which stands for its one necessary key."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Both ways to write it."""
        return {"anyOf": [{"type": "string"}, handler.resolve_ref_schema(handler(core))]}
