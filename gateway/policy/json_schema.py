# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of each kind of file, made from the very model that reads it, so that the two cannot drift apart."""

from __future__ import annotations

from typing import Any, Final

from gateway.policy.schema.files import ActFile, PolicyFile, WordFile
from gateway.policy.schema.parts import Strict

_KINDS: Final[dict[str, type[Strict]]] = {"policy": PolicyFile, "words": WordFile, "act": ActFile}


def schema_of(kind: str) -> dict[str, Any]:
    """The schema (draft 2020-12) of policy, words or act.

    Raises:
        KeyError: there is no such kind of file.
    """
    made = _KINDS[kind].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
