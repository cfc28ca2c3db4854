# SPDX-License-Identifier: GPL-3.0-or-later
"""How a mailbox is entered: as its owner, by a master login, or as folders that one login may see.

Everywhere else in Bedside a mailbox is a name, usually an agent's login name. A `Locate` turns it into a `Place`. It
is asked anew for every connection, so that a password or token may change while the gateway runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Mechanism(StrEnum):
    """How to log in.

    PLAIN also serves by the command LOGIN where the server offers only that; LOGIN uses that command in any case.
    """

    PLAIN = "plain"
    LOGIN = "login"
    XOAUTH2 = "xoauth2"


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in.

    Attributes:
        user: authentication identity.
        secret: password, or access token for XOAUTH2.
        authorize: authorization identity (RFC 4616): whose mailbox it shall be, where the server lets `user` act for
            others; empty for the user's own.
        mechanism: see there.
    """

    user: str
    secret: str = field(repr=False)
    authorize: str = ""
    mechanism: Mechanism = Mechanism.PLAIN


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mailbox is.

    Attributes:
        login: how to get there.
        prefix: name of the place below which its folders lie, with the server's delimiter at its end; None means the
            login's own folders, where the server's NAMESPACE says.
        inbox: name of the folder for notices; None means INBOX.
        name: part of `prefix` or `inbox` that comes from a mailbox's name, so that it must be one level; may be empty.
    """

    login: Login
    prefix: str | None = None
    inbox: str | None = None
    name: str = ""


Locate = Callable[[str], Place]


def by_master(user: str, secret: str, separator: str = "*", mechanism: Mechanism = Mechanism.PLAIN) -> Locate:
    """Dovecot's master users: ``anna*bedside`` opens Anna's mailbox with the password of bedside."""
    return lambda mailbox: Place(Login(f"{mailbox}{separator}{user}", secret, mechanism=mechanism))


def by_authorization(user: str, secret: str) -> Locate:
    """A login that may act for others by SASL's authorization identity (RFC 4616): Cyrus, pymap, Dovecot too."""
    return lambda mailbox: Place(Login(user, secret, authorize=mailbox))


def by_own_login(secret: Callable[[str], str], mechanism: Mechanism = Mechanism.PLAIN) -> Locate:
    """Each mailbox's own name with its own password or access token, as `secret` gives it at the time."""
    return lambda mailbox: Place(Login(mailbox, secret(mailbox), mechanism=mechanism))


def in_one_login(
    user: str, secret: str, prefix: str, inbox: str | None = None, mechanism: Mechanism = Mechanism.PLAIN
) -> Locate:
    """Many mailboxes as folders of one login: shared mailboxes, or a team's folder in a common one.

    Args:
        user: the login.
        secret: its password or access token.
        prefix: where a mailbox's folders lie; ``{mailbox}`` stands for its name, for example ``shared/{mailbox}/``.
        inbox: folder for notices, likewise; None puts them into the login's own INBOX.
        mechanism: how to log in.

    The `Locate` raises ValueError for a mailbox whose name, chosen perhaps by who sends, would lead elsewhere.
    """

    def locate(mailbox: str) -> Place:
        if not mailbox.strip(". ") or any(character in mailbox for character in "/\\") or not mailbox.isprintable():
            raise ValueError("a mailbox among the folders of one login is named without slashes and control characters")
        return Place(
            Login(user, secret, mechanism=mechanism),
            prefix=prefix.replace("{mailbox}", mailbox),
            inbox=None if inbox is None else inbox.replace("{mailbox}", mailbox),
            name=mailbox if "{mailbox}" in f"{prefix}{inbox}" else "",
        )

    return locate
