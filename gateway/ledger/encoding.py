# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds as JSON, and back: what the column `body` has.

Fields that a later version adds have defaults, and fields that it drops are ignored, so each version reads what another
wrote. ASCII, so that octets of an address that were kept by surrogateescape survive.
"""

from __future__ import annotations

import json

from cattrs.preconf.json import make_converter

from gateway.hold.hold import Hold

_converter = make_converter(detailed_validation=False)


def to_json(hold: Hold) -> bytes:
    """A hold in writing."""
    return json.dumps(_converter.unstructure(hold), separators=(",", ":")).encode("ascii")


def from_json(written: bytes) -> Hold:
    """The hold that was written.

    Raises:
        ValueError: this is no hold.
    """
    try:
        return _converter.structure(json.loads(written), Hold)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("this is no hold") from error
