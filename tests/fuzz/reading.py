# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzzing of the reader: any octets give a `Reply` whose spans are true, in time.

Run as ``python -m tests.fuzz.reading FOLDER [options of libFuzzer]``. It begins from our own fixtures, and from other
projects' where they lie beside the checkout; what reaches further is added to FOLDER.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gateway.mail"]):
    from gateway.mail.read import from_text, read
    from gateway.mail.state import customer_state

from gateway.cli.read import as_object
from tests.mail import test_attacks, test_quoting, test_read, test_smime

_LARGEST_SEED = 20_000
_OTHERS = Path(__file__).parents[3] / "shared" / "corpus" / "eml"


def seeds() -> Iterator[bytes]:
    """Messages to begin from."""
    yield test_read.PLAIN.encode()
    yield from (test_attacks.html(markup) for markup in test_quoting.HTML.values())
    yield from (test_attacks.plain(f"Done.\n\n{line}\n> Is it?\n") for line in test_quoting.ATTRIBUTIONS)
    yield from (make()[:_LARGEST_SEED] for make in test_attacks.ATTACKS.values())
    yield test_smime.message(test_smime.by_hand(test_smime.streamed, test_smime.in_pieces(test_smime.ENTITY)))
    for file in sorted(_OTHERS.glob("*/*")):
        content = file.read_bytes()
        if len(content) <= _LARGEST_SEED:
            yield content


def one(content: bytes) -> None:
    """What must hold of one input."""
    reply = read(content)
    test_read.assert_spans_hold(reply)
    json.dumps(as_object("x", reply), ensure_ascii=False).encode()
    if reply.customer is not None:
        customer_state(reply.customer)
    test_read.assert_spans_hold(from_text(content.decode("utf-8", "replace"), None))


def main() -> None:
    """Sow, then let libFuzzer mutate."""
    folder = Path(sys.argv[1])
    for seed in seeds():
        (folder / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    atheris.Setup([sys.argv[0], *sys.argv[2:], str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
