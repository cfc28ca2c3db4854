# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as text, and what is wrong in them: each problem with file, line, column and the nearest right key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from gateway.policy.schema.parts import Strict

Model = TypeVar("Model", bound=Strict)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the policy folder.

    Attributes:
        path: below the folder, with forward slashes, for example ``blame/counterfactual.yaml``.
        text: all of it.
    """

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong in a file.

    Attributes:
        file: path below the policy folder.
        line: from 1.
        column: from 1.
        key: the key that it is about, with dots, for example ``rules.0.phrases``; may be empty.
        message: what is wrong and, if possible, how to put it right.
        fatal: whether the file cannot be used; its last good version then stays in force.
    """

    file: str
    line: int
    column: int
    key: str
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class BrokenFile(Exception):  # noqa: N818 - what is broken is the file
    """A file that cannot be used, with all that is wrong in it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class Document:
    """A YAML file read with the place of every key.

    Attributes:
        path: of the file.
        tree: what it says.
    """

    def __init__(self, source: SourceFile, known: Mapping[str, Any] | None = None) -> None:
        """Read it, or take over what is known of it: a tree without places, from a time when nothing was wrong in it.

        Raises:
            BrokenFile: it is no YAML, has a key twice, or is no mapping.
        """
        self.path = source.path
        self.tree: Mapping[Any, Any] = self._parsed(source) if known is None else known

    def _parsed(self, source: SourceFile) -> CommentedMap:
        try:
            tree: Any = YAML(typ="rt").load(StringIO(source.text))
        except MarkedYAMLError as trouble:
            mark = trouble.problem_mark or trouble.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise BrokenFile(Problem(self.path, line, column, "", _yaml_message(trouble))) from None
        except (YAMLError, ValueError) as trouble:
            raise BrokenFile(Problem(self.path, 1, 1, "", f"not YAML: {trouble}")) from None
        if not isinstance(tree, CommentedMap):
            raise BrokenFile(Problem(self.path, 1, 1, "", "the file has to be a mapping of keys and values"))
        return tree

    def problem(self, key: tuple[int | str, ...], message: str, *, fatal: bool = True) -> Problem:
        """A problem at the place of a key; where the key itself is missing, of what it is missing in."""
        line, column = self._where(key)
        return Problem(self.path, line, column, ".".join(map(str, key)), message, fatal)

    def validate(self, model: type[Model]) -> Model:
        """The file as a value.

        Raises:
            BrokenFile: it does not follow the format.
        """
        try:
            return model.model_validate(self.tree)
        except ValidationError as trouble:
            raise BrokenFile(*self._problems(model, trouble)) from None

    def _problems(self, model: type[Strict], trouble: ValidationError) -> Iterator[Problem]:
        for error in trouble.errors(include_url=False):
            path = tuple(step for step in error["loc"] if self._is_written(step, error["loc"]))
            yield self.problem(path, _message(model, error))

    def _is_written(self, step: int | str, path: tuple[int | str, ...]) -> bool:
        """Pydantic puts names of its own into a path; what the file has is what can be pointed at."""
        return isinstance(step, int) or step == path[-1] or "[" not in step

    def _where(self, key: tuple[int | str, ...]) -> tuple[int, int]:
        node: Any = self.tree
        line, column = 0, 0
        for step in key:
            place = _place(node, step)
            if place is None:
                break
            line, column = place
            node = node[step]
        return line + 1, column + 1


def _place(node: object, step: int | str) -> tuple[int, int] | None:
    if isinstance(node, CommentedMap) and step in node:
        line, column = node.lc.key(step)
        return line, column
    if isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
        line, column = node.lc.item(step)
        return line, column
    return None


def _yaml_message(trouble: MarkedYAMLError) -> str:
    if trouble.problem and "duplicate key" in trouble.problem:
        said: str = trouble.problem.split(" with value")[0]
        return said.replace("found duplicate key", "this key is there twice:")
    return " ".join(part for part in ("not YAML:", trouble.context, trouble.problem) if part)


def _message(model: type[Strict], error: ErrorDetails) -> str:
    key = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        near = get_close_matches(key, _keys_at(model, error["loc"][:-1]), 1, 0.5)
        return f"unknown key “{key}”" + (f"; did you mean “{near[0]}”?" if near else "")
    if error["type"] == "missing":
        return f"“{key}” is missing"
    text: str = error["msg"]
    text = text.removeprefix("Value error, ")
    if error["type"] in ("string_pattern_mismatch", "enum", "literal_error", "string_type"):
        text = f"{text} (it is {str(error['input'])[:60]!r})"
    return text if not key or error["type"] == "value_error" else f"{key}: {text}"


def _keys_at(model: type[Strict], path: tuple[int | str, ...]) -> list[str]:
    """Keys that the mapping at this path may have, from the JSON Schema of the model."""
    schema = model.model_json_schema()
    node: dict[str, Any] = schema
    for step in path:
        node = _step(schema, node, step)
    return list(_resolved(schema, node).get("properties", {}))


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    for choice in node.get("anyOf", ()):
        if "$ref" in choice or choice.get("type") in ("object", "array"):
            node = choice
            break
    if "$ref" in node:
        return _resolved(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    return node


def _step(schema: dict[str, Any], node: dict[str, Any], step: int | str) -> dict[str, Any]:
    node = _resolved(schema, node)
    if isinstance(step, int):
        items: dict[str, Any] = node.get("items", {})
        return items
    found: dict[str, Any] = node.get("properties", {}).get(step, {})
    return found
