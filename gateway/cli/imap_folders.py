# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails of an IMAP folder for a command: how it is named on the command line, and how it is read.

    imaps://anna@imap.example.org/Sent       TLS, port 993
    imap://anna@imap.example.org:143/Sent    STARTTLS; on this machine none
    imap:anna@example.org/Sent               with a settings file: her mailbox, by the gateway's own login

A password never stands on the command line, where every user of the machine could read it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from gateway.cli.mail_files import CannotRead, FiledMessage
from gateway.imap.connection import Security, Server
from gateway.imap.folder import Reading, reading
from gateway.imap.places import Login, Place
from gateway.ports import Unavailable
from gateway.service.build_imap import imap_server, locate
from gateway.service.settings_servers import ImapSettings

_AT_ONCE: Final = 20
"""Messages a FETCH: few enough to see the bar move, many enough to fill the line."""
_OCTETS: Final = 1 << 20
"""Octets of a message that are fetched; text stands before attachments, and no more is judged."""


@dataclass(frozen=True, slots=True)
class ImapFolder:
    """A folder on a server.

    Attributes:
        name: as it was given.
        server: where it is.
        place: whose mailbox, and how to get in.
        folder: its name, with a slash between levels.
    """

    name: str
    server: Server
    place: Place
    folder: str


def is_imap(source: str) -> bool:
    """Whether a source on the command line is an IMAP folder, and no path."""
    return source.startswith(("imap:", "imaps://"))


def imap_folder(source: str, settings: ImapSettings | None, password: Callable[[str], str]) -> ImapFolder:
    """The folder that a source names.

    Args:
        source: as the module says.
        settings: of the gateway's own login; None if there are none.
        password: asked for a URL's password, with a word on whose it is.

    Raises:
        CannotRead: it is not of these forms, or the settings have no IMAP server or no password.
    """
    if not source.startswith(("imap://", "imaps://")):
        return _by_settings(source, settings)
    url = urlsplit(source)
    folder = unquote(url.path).strip("/")
    if not (url.hostname and url.username and folder):
        raise CannotRead(f"{source}: not of the form imaps://user@host/folder")
    if url.password is not None:
        raise CannotRead("a password does not belong into the address: leave it out, and you are asked for it")
    try:
        server = _server(url, url.hostname)
    except ValueError:
        raise CannotRead(f"{source}: the port is no number from 1 to 65535") from None
    user = unquote(url.username)
    return ImapFolder(source, server, Place(Login(user, password(f"{user} at {server.host}"))), folder)


def _server(url: SplitResult, host: str) -> Server:
    if url.scheme == "imaps":
        return Server(host, url.port or 993, Security.TLS)
    return Server(host, url.port or 143, Security.NONE if _is_here(host) else Security.STARTTLS)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _by_settings(source: str, settings: ImapSettings | None) -> ImapFolder:
    mailbox, _, folder = source.removeprefix("imap:").partition("/")
    if not (mailbox and folder):
        raise CannotRead(f"{source}: not of the form imap:mailbox/folder, nor imaps://user@host/folder")
    if settings is None:
        raise CannotRead(f"{source}: whose login? Name settings with an [imap] table by --config, or a whole address")
    try:
        return ImapFolder(source, imap_server(settings), locate(settings)(mailbox), folder)
    except LookupError as error:
        raise CannotRead(str(error)) from None


@contextmanager
def opened(folder: ImapFolder, since: date | None) -> Iterator[tuple[int, Iterator[FiledMessage]]]:
    """How many mails the folder has (only those sent since), and the mails.

    Raises:
        CannotRead: the server is not there, does not let us in, or has no such folder; also while mails are fetched.
    """
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            entered = stack.enter_async_context(reading(folder.server, folder.place, folder.folder, since))
            within = runner.run(entered)
            yield len(within.uids), _mails(folder, within, runner)
        except (Unavailable, ValueError) as error:
            raise CannotRead(f"{folder.name}: {error}") from None
        finally:
            runner.run(stack.aclose())


def _mails(folder: ImapFolder, within: Reading, runner: asyncio.Runner) -> Iterator[FiledMessage]:
    for first in range(0, len(within.uids), _AT_ONCE):
        for uid, content in runner.run(within.contents(within.uids[first : first + _AT_ONCE], _OCTETS)):
            yield FiledMessage(f"{folder.folder}:{uid}", content)
