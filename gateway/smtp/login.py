# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a client says it is, read off the SASL exchange that is relayed (RFC 4954). No io.

Whether it is true, upstream says; here is only the name, so that it is known whose mail this is. The name that the
client acts as goes before the one whose password it has.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

_OAUTH_USER = re.compile(rb"(?:^|\x01)user=([^\x01]*)")
_GS2_AUTHZID = re.compile(rb"^[ny][^,]*,a=([^,]*),")
_SCRAM = re.compile(rb"^[nyp][^,]*,(?:a=([^,]*))?,(?:m=[^,]*,)?n=([^,]*),")


def login_of(mechanism: bytes, responses: Sequence[bytes]) -> str | None:
    """The login that a client used.

    Args:
        mechanism: SASL mechanism in upper case.
        responses: what the client sent, in base64, without CRLF; the initial response is the first.

    Returns:
        The login; None if it cannot be read off.
    """
    decoded = [_decoded(response) for response in responses]
    if not decoded:
        return None
    name = _name(mechanism, decoded)
    return name.decode("utf-8", "replace") if name else None


def _name(mechanism: bytes, decoded: list[bytes]) -> bytes | None:
    if mechanism == b"PLAIN":
        acting, _, rest = decoded[0].partition(b"\x00")
        return acting or rest.partition(b"\x00")[0]
    if mechanism == b"LOGIN":
        return decoded[0]
    if mechanism == b"CRAM-MD5":
        return decoded[0].rpartition(b" ")[0]
    if mechanism == b"XOAUTH2":
        match = _OAUTH_USER.search(decoded[0])
        return match[1] if match else None
    if mechanism == b"OAUTHBEARER":
        match = _GS2_AUTHZID.match(decoded[0])
        return _unescaped(match[1]) if match else None
    match = _SCRAM.match(decoded[0])
    return _unescaped(match[1] or match[2]) if match else None


def _unescaped(name: bytes) -> bytes:
    """A saslname without its escapes (RFC 5802 5.1)."""
    return name.replace(b"=2C", b",").replace(b"=3D", b"=")


def _decoded(response: bytes) -> bytes:
    try:
        return base64.b64decode(response, validate=True)
    except binascii.Error:
        return b""
