# SPDX-License-Identifier: GPL-3.0-or-later
"""What loading a set of files came to, in plain values, so that whoever loads the same files again need not repeat it.

Reading YAML with the place of every key, choosing literals, compiling sieves and running the examples take seconds; to
take them over takes a fifth of one. Only a set of files of which none is broken is worth keeping.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from gateway.policy.sieving import Kept
from gateway.policy.source import Problem, SourceFile


@dataclass(frozen=True, slots=True)
class Prepared:
    """See the module.

    Attributes:
        files: digest of the files, see `digest_of`.
        trees: what each file says, by its path.
        sieves: compiled.
        failing: see `gateway.policy.policies.Policies`.
        stopped: likewise.
        problems: what was wrong, none of it fatal.
    """

    files: str
    trees: Mapping[str, Any]
    sieves: tuple[Kept, ...]
    failing: Mapping[str, tuple[str, ...]]
    stopped: frozenset[str]
    problems: tuple[Problem, ...]


def digest_of(files: Iterable[SourceFile]) -> str:
    """A digest of paths and texts."""
    rows = [[file.path, file.text] for file in sorted(files, key=lambda file: file.path)]
    return sha256(json.dumps(rows).encode()).hexdigest()


_ADAPTER = TypeAdapter(Prepared)


def to_octets(prepared: Prepared) -> bytes:
    """A line with a digest of all that follows, a line with the sizes of the automata, one of JSON, the automata."""
    blobs = [sieve.automaton for sieve in prepared.sieves]
    bare = replace(prepared, sieves=tuple(replace(sieve, automaton=b"") for sieve in prepared.sieves))
    sizes = json.dumps([len(blob) for blob in blobs]).encode()
    rest = b"\n".join((sizes, _ADAPTER.dump_json(bare), b"".join(blobs)))
    return b"%b\n%b" % (sha256(rest).hexdigest().encode(), rest)


def from_octets(octets: bytes) -> Prepared:
    """What `to_octets` was given.

    Raises:
        ValueError: it is not whole, or of another version.
    """
    digest, _, rest = octets.partition(b"\n")
    if digest != sha256(rest).hexdigest().encode():
        raise ValueError("not whole")
    sizes, tables, blobs = rest.split(b"\n", 2)
    bare = _ADAPTER.validate_json(tables)
    sieves = []
    for sieve, size in zip(bare.sieves, json.loads(sizes), strict=True):
        sieves.append(replace(sieve, automaton=blobs[:size]))
        blobs = blobs[size:]
    return replace(bare, sieves=tuple(sieves))
