# SPDX-License-Identifier: GPL-3.0-or-later
"""Few names that stand for many folders: each for itself and all that lies below it. No io.

Dovecot takes up to 100 names a namespace in a NOTIFY, and refuses the whole command beyond that, so hundreds of
mailboxes must be named by what they lie below. Where mailboxes belong to users (Dovecot's ``type = shared``) each is a
namespace of its own, and naming only what they lie below is accepted and tells nothing. So the narrowest names come
first, and broader ones only where the server refuses those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def roots_of(names: Iterable[str], delimiter: str) -> tuple[str, ...]:
    """Those of these folders that lie below no other of them, in order."""
    known = set(names)
    return tuple(sorted(name for name in known if not any(above in known for above in _above(name, delimiter))))


def broader(roots: tuple[str, ...], delimiter: str) -> Iterator[tuple[str, ...]]:
    """The same roots, then what the deepest of them lie below, and so on up to the top; each fewer than before."""
    yield roots
    if not delimiter:
        return
    for depth in range(max((root.count(delimiter) for root in roots), default=0), 0, -1):
        cut = roots_of((delimiter.join(root.split(delimiter)[:depth]) for root in roots), delimiter)
        if len(cut) < len(roots):
            roots = cut
            yield roots


def _above(name: str, delimiter: str) -> Iterator[str]:
    while delimiter and delimiter in name:
        name = name.rpartition(delimiter)[0]
        yield name
