# SPDX-License-Identifier: GPL-3.0-or-later
"""Postfix's own test server and load source, smtp-sink and smtp-source, as ordinary processes.

with smtp_sink(options=("-r", "RCPT")) as sink:
    sink.port, sink.mails() ...
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.ports import free_port, wait_for_banner, wait_for_port


@dataclass(frozen=True)
class SunkMail:
    """A mail as smtp-sink wrote it down, line ends turned into LF.

    Attributes:
        mail: arguments of MAIL.
        recipients: arguments of each RCPT.
        helo: argument of EHLO.
        content: the message, without the empty line that smtp-sink appends.
    """

    mail: str
    recipients: tuple[str, ...]
    helo: str
    content: bytes


@dataclass
class Sink:
    """An smtp-sink that a test started.

    Attributes:
        port: where it listens on 127.0.0.1.
        folder: where it writes mails.
        process: its process.
    """

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def mails(self) -> list[SunkMail]:
        """All mails whose DATA it has read to the end, the oldest first; also those that it then refused."""
        paths = sorted(self.folder.glob("mail.*"), key=lambda path: path.stat().st_mtime_ns)
        dumps = [path.read_bytes() for path in paths]
        # smtp-sink opens the file at DATA; what has no head yet, or no end, was broken off.
        return [_sunk(dump) for dump in dumps if b"\nReceived: from " in dump and dump.endswith(b"\n\n")]


def _sunk(dump: bytes) -> SunkMail:
    head, _, rest = dump.partition(b"\nReceived: from ")
    content = rest.split(b"\n", 3)[3] if rest.count(b"\n") >= 3 else b""
    fields: dict[str, list[str]] = {}
    for line in head.decode("utf-8", "surrogateescape").splitlines():
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    return SunkMail(
        mail=fields["X-Mail-Args"][0],
        recipients=tuple(fields.get("X-Rcpt-Args", ())),
        helo=fields.get("X-Helo-Args", [""])[0],
        content=content.removesuffix(b"\n"),
    )


@contextmanager
def smtp_sink(options: Sequence[str] = (), port: int | None = None, *, keep: bool = True) -> Iterator[Sink]:
    """Run smtp-sink.

    Args:
        options: its command line options.
        port: where it is to listen; None for a free port.
        keep: whether mails are written down.
    """
    port = free_port() if port is None else port
    folder = Path(tempfile.mkdtemp(prefix="sink-", dir="/tmp"))
    folder.chmod(0o777)
    command = [shutil.which("smtp-sink") or "/usr/sbin/smtp-sink", *options]
    if os.getuid() == 0:
        command += ["-u", "nobody"]
    if keep:
        command += ["-d", f"{folder}/mail."]
    command += [f"inet:127.0.0.1:{port}", "512"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, cwd=folder)
    try:
        breaks_greeting = any("connect" in option.lower() for option in options)
        (wait_for_port if breaks_greeting else wait_for_banner)(port, process)
        yield Sink(port, folder, process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def smtp_source(port: int, *options: str, seconds: float = 60) -> None:
    """Send load with smtp-source, and wait for its end.

    Raises:
        subprocess.CalledProcessError: it met an answer that it did not expect.
    """
    program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    subprocess.run([program, *options, f"inet:127.0.0.1:{port}"], check=True, timeout=seconds, capture_output=True)
