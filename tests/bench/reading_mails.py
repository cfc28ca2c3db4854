# SPDX-License-Identifier: GPL-3.0-or-later
"""The three mails that reading is measured on: 2 kB plain, 20 kB of two alternatives with a thread, 200 kB of HTML."""

from __future__ import annotations

import html
import quopri

_TEXT = """\
Thank you for the two log files. They show that the backup of Tuesday night stopped at 02:14, because the volume was
full; the run of Wednesday then found no base to build on and gave up as well.

I have moved the old snapshots aside and started a full run by hand. It finished this morning at 06:40 with 412 GB,
and I restored three files from it at random to see that they open.

Two things would help me now. Could you tell me whether anybody changed the retention on Monday? And may I raise the
alarm threshold from 95 to 85 per cent, so that it rings a day earlier?

The invoice for the extra storage was ours to avoid, so I have taken it off. You will see the credit of EUR 38.50 on
the statement for November, under reference 2024-1187.
"""
_PARAGRAPHS = tuple(" ".join(paragraph.split()) for paragraph in _TEXT.split("\n\n"))
_HEADER = (
    "Received: from desk.example (desk.example [192.0.2.7])\r\n\tby mx.desk.example (Postfix) with ESMTPSA id 4XyZ1\r\n"
    "\tfor <tom@customer.example>; Tue, 12 Nov 2024 10:01:07 +0100 (CET)\r\n"
    "Received: from laptop.example (laptop.example [192.0.2.99])\r\n\tby desk.example with ESMTPSA id 77aa;\r\n"
    "\tTue, 12 Nov 2024 10:01:05 +0100\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=desk.example; s=s1;\r\n\tt=1731402067; bh=a=;\r\n\tb=d=\r\n"
    "Date: Tue, 12 Nov 2024 10:01:05 +0100\r\n"
    'From: "Ida Norberg" <ida@desk.example>\r\n'
    "To: Tom Quill <tom@customer.example>\r\n"
    "Cc: Backup team <backup@customer.example>\r\n"
    "Subject: =?utf-8?q?Re=3A_Sicherung_h=C3=A4ngt?=\r\n"
    "Message-ID: <20241112.1001@desk.example>\r\n"
    "In-Reply-To: <abc@customer.example>\r\n"
    "References: <first@customer.example> <second@desk.example> <abc@customer.example>\r\n"
    "User-Agent: Mozilla Thunderbird\r\nMIME-Version: 1.0\r\n"
)


def plain_2k() -> bytes:
    """A reply of three paragraphs, hard-wrapped, with a signature and a quotation; 2 kB in all."""
    body = "Hello Tom,\n\n" + "\n\n".join(_wrapped(paragraph) for paragraph in _PARAGRAPHS[:3])
    body += "\n\nKind regards\nIda\n\n-- \nIda Norberg, Desk Example\n+46 8 555 01 23\n\n"
    body += "On Mon, 11 Nov 2024 at 17:20, Tom Quill <tom@customer.example> wrote:\n"
    body += "\n".join(
        f"> {line}" for line in _wrapped("The backup has been failing since Tuesday. " + _PARAGRAPHS[3]).split("\n")
    )
    head = _HEADER + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return (head + body.replace("\n", "\r\n") + "\r\n").encode()


def alternatives_20k() -> bytes:
    """The same as a mail client writes it: plain and HTML, with twelve earlier messages quoted one in the other."""
    text = "Hello Tom,\n\n" + "\n\n".join(_PARAGRAPHS) + "\n\nKind regards\nIda\n"
    markup = _fragment("Hello Tom,", *_PARAGRAPHS, "Kind regards<br>Ida")
    quoted_text, quoted_markup = "", ""
    for number in range(12):
        words = [paragraph.replace("Tuesday", f"day {number}") for paragraph in _PARAGRAPHS[number % 3 :][:2]]
        line = f"On {number + 1} Nov 2024 at 17:20, Tom Quill <tom@customer.example> wrote:"
        quoted_text = line + "\n" + "\n".join("> " + x for x in ("\n\n".join(words) + "\n\n" + quoted_text).split("\n"))
        quoted_markup = (
            f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{html.escape(line)}'
            '<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid'
            f' rgb(204,204,204);padding-left:1ex">{_fragment(*words)}<br>{quoted_markup}</blockquote></div>'
        )
    return _alternatives(
        text + "\n" + quoted_text,
        f"<html><head><style>p{{margin:0}}</style></head><body>{markup}<br>{quoted_markup}</body></html>",
    )


def html_200k() -> bytes:
    """One HTML part as Word writes it, 200 kB: an answer above a long thread, a block of headers before each mail."""
    rows = [_word(words) for words in ("Hello Tom,", *_PARAGRAPHS, "Kind regards", "Ida")]
    size = sum(map(len, rows))
    number = 0
    while size < 198_000:
        block = (
            f"<b>From:</b> Tom Quill &lt;tom@customer.example&gt;<br><b>Sent:</b> {number % 28 + 1} November 2024<br>"
            "<b>To:</b> Ida Norberg<br><b>Subject:</b> Re: backup"
        )
        new = [_word(block), *(_word(words) for words in _PARAGRAPHS)]
        new.append(
            '<table border="0" cellpadding="0"><tr><td style="padding:2pt"><p class="MsoNormal">Run</p></td>'
            f'<td style="padding:2pt"><p class="MsoNormal"><b>{number}</b></p></td></tr></table>\r\n'
        )
        rows += new
        size += sum(map(len, new))
        number += 1
    body = "".join(rows)
    markup = f"<html><head><style>p.MsoNormal{{margin:0cm}}</style></head><body lang=EN-GB>{body}</body></html>"
    head = _HEADER + "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return (head + markup).encode()


def _word(content: str) -> str:
    return (
        '<p class="MsoNormal" style="margin-bottom:12.0pt"><span lang="EN-GB" style="font-size:11.0pt;font-family:'
        f'&quot;Calibri&quot;,sans-serif;color:#1F497D">{content}<o:p></o:p></span></p>\r\n'
    )


def _fragment(*paragraphs: str) -> str:
    return "".join(
        f'<div style="font-family:arial,sans-serif">{paragraph}</div><div><br></div>' for paragraph in paragraphs
    )


def _alternatives(text: str, markup: str) -> bytes:
    parts = []
    for kind, content in (("plain", text), ("html", markup)):
        encoded = quopri.encodestring(content.encode()).replace(b"\n", b"\r\n")
        parts.append(
            f"--=-boundary-7\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
            + encoded
            + b"\r\n"
        )
    head = _HEADER + 'Content-Type: multipart/alternative; boundary="=-boundary-7"\r\n\r\n'
    return head.encode() + b"".join(parts) + b"--=-boundary-7--\r\n"


def _wrapped(paragraph: str) -> str:
    lines, line = [], ""
    for word in paragraph.split():
        if len(line) + 1 + len(word) > 72:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])
