# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies to be judged, from what is at hand: mails of any kind, or rows of JSON with a customer and a reply."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

from gateway.cli.mail_files import ROWS, CannotRead, messages
from gateway.mail.read import from_text, read
from gateway.mail.reply import CustomerState, Reply
from gateway.mail.state import customer_state
from gateway.policy.context import Context, Relation

_RELATIONS = {"new": (Relation.NEW, False), "known": (Relation.KNOWN, False), "repeat": (Relation.KNOWN, True)}


@dataclass(frozen=True, slots=True)
class Found:
    """A reply and what is known about it.

    Attributes:
        id: the row's id; a mail's file name, or its number in an mbox.
        reply: as it was read.
        context: facts that the mail or the row itself gives.
        at: when it was sent, by its Date field; None if it has none that can be read.
    """

    id: str
    reply: Reply
    context: Context
    at: datetime | None = None


def replies(paths: Iterable[Path]) -> Iterator[Found]:
    """All replies at `paths`, in order.

    Raises:
        CannotRead: there is nothing at a path, or a row that cannot be used; the text names file and line.
    """
    for path in paths:
        if path.suffix in ROWS:
            yield from _file_of_rows(path)
        elif str(path) == "-":
            yield from _standard_input()
        else:
            yield from _mails(path)


def from_mail(identifier: str, content: bytes) -> Found:
    """A reply from the octets of a mail."""
    reply = read(content)
    context = _with_state(reply.customer, Context(sender=reply.headers.from_, recipients=reply.headers.to))
    return Found(identifier, reply, context, _date(content))


def from_row(row: dict[str, Any], identifier: str) -> Found:
    """A reply from a row; keys that are not known are left alone.

    Raises:
        ValueError: it has no reply, or a value that cannot be.
    """
    text, customer = _text(row, "reply"), _text(row, "customer")
    if text is None:
        raise ValueError('it needs a "reply"')
    relation, repeat = None, None
    if row.get("relation") is not None:
        if row["relation"] not in _RELATIONS:
            raise ValueError('"relation" has to be new, known or repeat')
        relation, repeat = _RELATIONS[row["relation"]]
    history = row.get("history")
    context = Context(
        relation=relation,
        repeat_contact=repeat,
        earlier_replies=None if history is None else tuple(str(each) for each in history),
    )
    reply = from_text(text, customer or None, str(row.get("subject") or ""))
    return Found(str(row.get("id", identifier)), reply, _with_state(customer or None, context))


def _text(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if isinstance(value, str) or value is None:
        return value
    raise ValueError(f'"{key}" has to be text')


def _with_state(customer: str | None, context: Context) -> Context:
    state = CustomerState() if customer is None else customer_state(customer)
    return Context(
        sender=context.sender,
        recipients=context.recipients,
        customer=customer,
        inbound_level=state.level,
        our_failure=state.our_failure,
        relation=context.relation,
        repeat_contact=context.repeat_contact,
        earlier_replies=context.earlier_replies,
    )


def _mails(path: Path) -> Iterator[Found]:
    for message in messages([path]):
        within = message.id.removeprefix(f"{path}:")
        yield from_mail(within if within != message.id else Path(message.id).name, message.content)


def _file_of_rows(path: Path) -> Iterator[Found]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from _rows(file, str(path))
    except OSError as error:
        raise CannotRead(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise CannotRead(f"{path}: not UTF-8 ({error.reason})") from None


def _standard_input() -> Iterator[Found]:
    content = sys.stdin.buffer.read()
    if content.lstrip()[:1] == b"{":
        yield from _rows(StringIO(content.decode("utf-8", "replace")), "-")
    else:
        yield from_mail("-", content)


def _rows(file: TextIO, name: str) -> Iterator[Found]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("a row has to be an object")  # noqa: TRY004, TRY301 - told to the user like the others
            yield from_row(row, str(number))
        except ValueError as error:
            raise CannotRead(f"{name}:{number}: {error}") from None


def _date(content: bytes) -> datetime | None:
    """When the mail was sent (RFC 5322 3.6.1)."""
    head = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    for line in head.split(b"\n"):
        if line[:5].lower() == b"date:":
            try:
                return parsedate_to_datetime(line[5:].decode("ascii", "replace").strip())
            except ValueError:
                return None
    return None
