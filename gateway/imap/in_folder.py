# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done in a folder of a reviewer's mailbox, as commands on one connection.

Nothing is remembered of a folder between two of these; a UID is only used while the folder's UIDVALIDITY is the one it
was seen under.
"""

from __future__ import annotations

from gateway.hold.card_identity import TOKEN_FIELD, message_id, token_of
from gateway.imap.connection import Connection, Refused
from gateway.imap.names import Layout, encode, quoted
from gateway.imap.responses import Answer, header_field, number, pairs, text_of
from gateway.ports import SeenCard, Unavailable

# Messages a FETCH; the token and the Message-ID of one are about 200 octets.
_CHUNK = 200
_FIELDS = f"(UID FLAGS BODY.PEEK[HEADER.FIELDS ({TOKEN_FIELD.upper()} MESSAGE-ID)])"


async def ensure(connection: Connection, layout: Layout, folder: str) -> bool:
    """Have the folder, and have it subscribed; whether it had to be created."""
    argument = layout.argument(folder)
    missing = not await _exists(connection, layout, folder)
    if missing:
        answer = await connection.command("CREATE", argument)
        if not answer.ok and answer.code != "ALREADYEXISTS":
            raise Refused("CREATE", answer)
    subscribed = await connection.expect("LSUB", '""', argument)
    if not any(subscribed.named("LSUB")):
        await connection.expect("SUBSCRIBE", argument)
    return missing


async def _exists(connection: Connection, layout: Layout, folder: str) -> bool:
    """Whether a folder is there; an exact comparison, because LIST takes ``%`` and ``*`` in a name for wildcards."""
    wanted = encode(layout.name(folder))
    listed = (await connection.expect("LIST", '""', layout.argument(folder))).named("LIST")
    return any(
        text_of(name) == wanted and "\\NONEXISTENT" not in _flags(flags) and "\\NOSELECT" not in _flags(flags)
        for flags, _delimiter, name, *_rest in listed
    )


def _flags(token: object) -> frozenset[str]:
    return (
        frozenset(flag.upper() for flag in token if isinstance(flag, str)) if isinstance(token, list) else frozenset()
    )


async def _examine(connection: Connection, layout: Layout, folder: str) -> Answer | None:
    """Open a folder for reading; None if it does not exist."""
    answer = await connection.command("EXAMINE", layout.argument(folder))
    if answer.ok:
        return answer
    if answer.code in ("NONEXISTENT", "TRYCREATE") or not await _exists(connection, layout, folder):
        return None
    return await connection.expect("EXAMINE", layout.argument(folder))  # it may have been created just now


async def cards(connection: Connection, layout: Layout, folder: str) -> list[SeenCard]:
    """All messages in a folder, each with its token if it is a card; none if there is no such folder."""
    opened = await _examine(connection, layout, folder)
    if opened is None:
        return []
    exists = max((number(tokens[0]) for tokens in opened.named("EXISTS")), default=0)
    validity = int(opened.status_code("UIDVALIDITY") or 0)
    seen: list[SeenCard] = []
    for first in range(1, exists + 1, _CHUNK):
        answer = await connection.expect("FETCH", f"{first}:{min(first + _CHUNK - 1, exists)}", _FIELDS)
        seen += _seen(answer, folder, validity)
    return seen


def _seen(answer: Answer, folder: str, validity: int) -> list[SeenCard]:
    cards = []
    for tokens in answer.named("FETCH"):
        items = pairs(tokens[1]) if len(tokens) > 1 else {}
        header = items.get("BODY", b"")
        if "UID" not in items or not isinstance(header, bytes):
            continue  # news of somebody's flags, not an answer to us
        token = token_of(header_field(header, TOKEN_FIELD), header_field(header, "Message-ID"))
        deleted = "\\DELETED" in _flags(items.get("FLAGS"))
        cards.append(SeenCard(folder, number(items["UID"]), token, deleted, validity))
    return cards


async def find(connection: Connection, layout: Layout, folder: str, token: str) -> list[SeenCard]:
    """All messages with this token in a folder, by a search for the Message-ID, which every server has an index of."""
    opened = await _examine(connection, layout, folder)
    if opened is None:
        return []
    validity = int(opened.status_code("UIDVALIDITY") or 0)
    found = await connection.expect("UID SEARCH", "HEADER", "MESSAGE-ID", quoted(message_id(token)))
    uids = [text_of(uid) for tokens in found.named("SEARCH") for uid in tokens]
    if not uids:
        return []
    answer = await connection.expect("UID FETCH", ",".join(uids[:_CHUNK]), _FIELDS)
    return [card for card in _seen(answer, folder, validity) if card.token == token]


async def select(connection: Connection, layout: Layout, card: SeenCard) -> None:
    """Open the card's folder for writing, if its UID still means what it did.

    Raises:
        Unavailable: the folder was made anew since the card was seen.
    """
    opened = await connection.expect("SELECT", layout.argument(card.folder))
    if card.validity and int(opened.status_code("UIDVALIDITY") or 0) != card.validity:
        raise Unavailable("the folder was made anew since we looked")


async def expunge(connection: Connection, uid: int) -> None:
    r"""Delete and expunge one message of the selected folder, and no other.

    Without UIDPLUS (RFC 4315) EXPUNGE takes every message that is flagged \Deleted; the flags of the others are set
    aside for that moment.
    """
    await connection.expect("UID STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)")
    if "UIDPLUS" in connection.capabilities:
        await connection.expect("UID EXPUNGE", str(uid))
        return
    deleted = await connection.expect("UID SEARCH", "DELETED", "NOT", "UID", str(uid))
    others = ",".join(text_of(other) for tokens in deleted.named("SEARCH") for other in tokens)
    if others:
        await connection.expect("UID STORE", others, "-FLAGS.SILENT", "(\\Deleted)")
    await connection.expect("EXPUNGE")
    if others:
        await connection.expect("UID STORE", others, "+FLAGS.SILENT", "(\\Deleted)")
