# SPDX-License-Identifier: GPL-3.0-or-later
"""swaks, the Swiss army knife for SMTP, as the client that an administrator would try the gateway with."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Transcript:
    """What was said.

    Attributes:
        status: swaks's exit status; 0 when the mail was accepted.
        text: the whole dialogue, as swaks shows it.
    """

    status: int
    text: str

    @property
    def replies(self) -> list[str]:
        """Every reply line of the server, with its code, in order."""
        return re.findall(r"^<\S+ +(\d{3}[ -].*)$", self.text, re.MULTILINE)

    def reply_to(self, command: str) -> str:
        """The last line of the reply to the first command that begins so; ``.`` is the end of the message.

        Raises:
            LookupError: there was no such command, or no reply to it.
        """
        said = False
        for line in self.text.splitlines():
            if re.match(r"^ [-~*]+> ", line):
                words = line.split("> ", 1)[1]
                said = said or words.startswith(command) or (command == "." and words.endswith("lines sent"))
            elif said and (match := re.match(r"^<\S+ +(\d{3} .*)$", line)):
                return match[1]
        raise LookupError(f"no reply to {command} in:\n{self.text}")


def swaks(port: int, *options: str, data: bytes | None = None, seconds: float = 30) -> Transcript:
    """Send one mail.

    Args:
        port: on 127.0.0.1.
        options: swaks's options, for example ``--to``, ``--from``, ``--tls``, ``--auth-user``.
        data: the whole message with LF line ends; None for swaks's own.
        seconds: after which it is ended.
    """
    command = ["swaks", "--server", "127.0.0.1", "--port", str(port), "--suppress-data", *options]
    if data is not None:
        command += ["--data", "-"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=seconds, check=False)
    return Transcript(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))
