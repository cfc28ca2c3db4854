# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of MAIL and RCPT, understood as far as an envelope needs (RFC 5321 4.1.1.2, 4.1.1.3). No io.

What goes upstream is the command as the client wrote it. The same liberties are taken as Postfix takes: space around
the path, and an address without its angle brackets.
"""

from __future__ import annotations

import re

from gateway.mail.envelope import Path

_QUOTED = rb'"(?:[^"\\]|\\.)*"'
_PATH = re.compile(
    rb"[ \t]*(?:<((?:" + _QUOTED + rb"|[^<>\"])*)>|((?:" + _QUOTED + rb"|[^ \t<>\"])+))((?:[ \t]+[^ \t]+)*)[ \t]*"
)
# What nearly every path looks like; the pattern above is for the rest.
_PLAIN = re.compile(rb"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]*)>")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def has_control(line: bytes) -> bool:
    """Whether a command carries a control character but TAB: nothing of ours, and a way to inject commands."""
    return _CONTROL.search(line) is not None


def path(argument: bytes, keyword: bytes) -> Path | None:
    """A path with its parameters; None if the argument is not one.

    Args:
        argument: what stands behind the verb.
        keyword: ``FROM:`` or ``TO:``.
    """
    if argument[: len(keyword)].upper() != keyword:
        return None
    plain = _PLAIN.fullmatch(argument, len(keyword))
    if plain is not None:
        return Path(plain[1].decode("ascii"))
    match = _PATH.fullmatch(argument, len(keyword))
    if match is None:
        return None
    address = match[1] if match[1] is not None else match[2]
    return Path(_text(address.strip()), tuple(_text(parameter) for parameter in match[3].split()))


def size_of(sender: Path) -> int:
    """What SIZE= declares (RFC 1870 6.1); 0 if it does not."""
    for parameter in sender.parameters:
        if parameter[:5].upper() == "SIZE=" and parameter[5:].isdigit() and len(parameter) < 26:
            return int(parameter[5:])
    return 0


def extensions(sender: Path, recipients: tuple[Path, ...]) -> frozenset[str]:
    """The EHLO keywords that the parameters of an envelope need of whoever carries it."""
    if not sender.parameters and not any(recipient.parameters for recipient in recipients):
        return frozenset()
    needed = set()
    for parameter in sender.parameters:
        word = parameter.upper()
        if word == "BODY=8BITMIME":
            needed.add("8BITMIME")
        elif word == "SMTPUTF8":
            needed.add("SMTPUTF8")
        elif word.startswith("SIZE="):
            needed.add("SIZE")
        elif word.startswith(("RET=", "ENVID=")):
            needed.add("DSN")
    if any(word.upper().startswith(("NOTIFY=", "ORCPT=")) for path in recipients for word in path.parameters):
        needed.add("DSN")
    return frozenset(needed)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")
