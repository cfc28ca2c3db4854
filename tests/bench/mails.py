# SPDX-License-Identifier: GPL-3.0-or-later
"""The mails that the bench sends: support replies in our own words, of four sizes, always the same.

smtp-source wants them with LF line ends; it stuffs dots and adds CR itself.
"""

from __future__ import annotations

import random
from email.message import EmailMessage
from pathlib import Path

SENDER = "agent@support.bench.example"
RECIPIENT = "customer@customer.example"

_ANSWER = """\
Hello Mrs Okoye,

thank you for writing again. I have looked at the order that you named. It left our store on Tuesday evening and was
given to the carrier on Wednesday morning; since then their tracking has not moved. That is not good enough, and I am
sorry that you had to ask twice.

Here is what I have done so far. I have opened an enquiry with the carrier, and they promised me an answer by tomorrow
noon. If the parcel cannot be found by then, a second one will leave the same day by express, at no cost to you. You do
not have to do anything for that. Should the first parcel arrive after all, please keep it closed and let us know; we
will have it picked up at a time that suits you.

I will write to you tomorrow afternoon in either case, so that you know where you stand. If it cannot wait until then,
you reach me directly under the number below.

Kind regards
Jonas Weber
Support, Larch Household Goods
"""
_QUESTION = """\
Good morning,

my order from last week has still not arrived, and the page where I can follow it says the same as on Friday. I need
the shelf before the weekend, because my parents are coming to stay. This is the second time that I write. Could
somebody please tell me what is going on? I would rather have a plain answer than another form letter.

Adaeze Okoye
"""


def _headers(message: EmailMessage, number: int) -> None:
    message["From"] = f"Jonas Weber <{SENDER}>"
    message["To"] = f"Adaeze Okoye <{RECIPIENT}>"
    message["Subject"] = "Re: Where is my order 20417?"
    message["Date"] = "Tue, 24 Nov 2026 10:00:00 +0000"
    message["Message-ID"] = f"<bench-{number}@support.bench.example>"
    message["In-Reply-To"] = "<question@customer.example>"


def plain() -> bytes:
    """A plain reply of about 2 kB with the customer's words quoted."""
    message = EmailMessage()
    _headers(message, 1)
    quoted = "".join(f"> {line}\n" for line in _QUESTION.splitlines())
    message.set_content(f"{_ANSWER}\nOn Mon, 23 Nov 2026 at 18:02, Adaeze Okoye wrote:\n\n{quoted}")
    return message.as_bytes()


def thread() -> bytes:
    """A reply of about 20 kB: plain text and HTML, with a thread quoted below."""
    message = EmailMessage()
    _headers(message, 2)
    quoted, level = "", ""
    for turn in range(5):
        level += "> "
        words = _QUESTION if turn % 2 == 0 else _ANSWER
        quoted += f"{level}On Mon, {23 - turn} Nov 2026 at 18:02, somebody wrote:\n"
        quoted += "".join(f"{level}{line}\n" for line in words.splitlines())
    message.set_content(f"{_ANSWER}\nOn Mon, 23 Nov 2026 at 18:02, Adaeze Okoye wrote:\n{quoted}")
    paragraphs = "".join(
        f"<p style='margin:0 0 1em;font-family:sans-serif'>{part}</p>" for part in _ANSWER.split("\n\n")
    )
    history = "".join(f"<div style='color:#444'>{line}<br></div>\n" for line in quoted.splitlines())
    html = f"<html><body>{paragraphs}<blockquote type='cite'>{history}</blockquote></body></html>"
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


def attached(octets: int) -> bytes:
    """A reply with attachments that make it about so many octets."""
    message = EmailMessage()
    _headers(message, octets)
    message.set_content(_ANSWER)
    noise = random.Random(octets).randbytes(octets * 74 // 100 // 2)  # noqa: S311 - no secret
    for name in ("invoice.pdf", "photo.jpg"):
        message.add_attachment(noise, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def write(folder: Path) -> dict[str, Path]:
    """Write all mails there; give them by size, as the tables name it."""
    mails = {"2 kB": plain(), "20 kB": thread(), "1 MB": attached(1_000_000), "10 MB": attached(10_000_000)}
    paths = {}
    for name, content in mails.items():
        paths[name] = folder / f"{name.replace(' ', '')}.eml"
        paths[name].write_bytes(content)
    return paths
