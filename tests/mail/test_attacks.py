# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail made to make its reader work too long, hold too much, or fall over: each attack by its name.

The bound is generous (seconds, where reading takes milliseconds): it tells work that grows with the square of the
input from work that does not, on any machine.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest

from gateway.mail.read import read
from gateway.mail.reply import ReadState, Reply
from gateway.mail.state import customer_state
from tests.mail.test_read import assert_spans_hold

_SECONDS = 5.0
_N = 20_000


def html(markup: str) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\n\n" + markup.encode()


def plain(text: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()


def nested_multiparts(depth: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return head + b"\nAnswer.\n"


ATTACKS: dict[str, Callable[[], bytes]] = {
    "nested multiparts": lambda: nested_multiparts(2000),
    "endless boundaries": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
    "boundaries that are nearly ours": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bb\n" * 60_000,
    "nested forwards": lambda: b"Content-Type: message/rfc822\n\n" * 5000 + b"\nx",
    "endless header": lambda: b"X: y\n" * 300_000 + b"\nAnswer.\n",
    "endless fold": lambda: b"Subject: a\n" + b" b\n" * 300_000 + b"\nAnswer.\n",
    "encoded words": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nAnswer.\n",
    "encoded words without an end": lambda: b"Subject: " + b"=?utf-8?q?" * 50_000 + b"\n\nAnswer.\n",
    "parameters": lambda: b"Content-Type: text/plain" + b"; a*0*=b" * 50_000 + b"\n\nAnswer.\n",
    "nested comments": lambda: b"From: " + b"(" * 100_000 + b"\n\nAnswer.\n",
    "addresses": lambda: b"To: " + b"a@b.example, " * 50_000 + b"\n\nAnswer.\n",
    "punycode": lambda: b"Content-Type: text/plain; charset=punycode\n\n" + b"a" * 200_000,
    "ten megabytes of HTML": lambda: html("<p>one word or two of text</p>" * 350_000),
    "nested divs": lambda: html("<div>" * _N + "x"),
    "nested lists": lambda: html("<ul><li>" * _N),
    "nested blockquotes": lambda: html("<blockquote>" * _N + "x"),
    "nested tables": lambda: html("<table><tr><td>" * _N),
    "huge table": lambda: html("<table>" + "<tr><td>a</td><td>b</td></tr>" * _N + "</table>"),
    "open fonts before paragraphs": lambda: html("<p>" + "".join(f"<font c={n}>" for n in range(_N)) + "<p>x" * _N),
    "ends without a start": lambda: html("".join(f"<b c={n}>" for n in range(_N)) + "</b></i>" * _N),
    "attributes": lambda: html("<p " + " ".join(f"a{n}=1" for n in range(_N)) + ">x"),
    "entity bomb": lambda: html("&amp;" * 500_000),
    "entities in a DTD": lambda: html('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + "&b;" * 100_000),
    "comments without an end": lambda: html("<!--" * _N),
    "left angles": lambda: html("<" * 500_000),
    "styles": lambda: html("".join(f'<i style="color:{n}{"x" * 50}">a</i>' for n in range(20_000))),
    "one endless line": lambda: plain("word " * 400_000),
    "one endless word": lambda: plain("w" * 2_000_000),
    "full stops": lambda: plain(". " * 40_000),
    "quotation marks": lambda: plain(">" * 100_000 + "\n" + ". " * 40_000),
    "deep quotation": lambda: plain("\n".join(">" * n for n in range(2000))),
    "attributions": lambda: plain("On 1 Jan 2024 at 10:00, a <a@b.example> wrote:\n\nx\n" * 4000),
    "attributions that do not end": lambda: plain("On 1 Jan 2024 at 10:00, a <a@b.example> wro:\n" * 4000),
    "header blocks": lambda: plain("From: a\nSent: b\n\n" * 8000),
    "colons": lambda: plain("a:\n" * 20_000),
    "drawn lines": lambda: plain("----\n" * 40_000),
    "signatures": lambda: plain("-- \nx\n" * 30_000),
    "disclaimers": lambda: plain("This message is confidential.\n\n" * 6000),
    "opening quotes": lambda: plain("“" * 200_000),
    "backslashes in a name": lambda: b'From: "' + b"\\" * 200_000 + b"\n\nx",
    "base64 of base64": lambda: b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(b"QUJD" * 500_000),
    "an endless word where a signature may be": lambda: plain("Hello.\n\n" + "w" * 190_000),
    "an endless word below a drawn line": lambda: plain("Hello there.\n____\n" + "w" * 190_000),
    "full stops without a space": lambda: plain("." * 190_000),
    "full stops behind a letter of another script": lambda: plain("é" + "." * 190_000),
    "brackets that look like code": lambda: plain("Hello.\n\n" + "a(" * 95_000 + ";"),
    "names that look like code": lambda: plain("Hello.\n\n" + "a." * 95_000 + "{"),
    "a trace that does not end": lambda: plain("Hello.\n\nat " + "a(" * 95_000 + "{"),
    "spaces in a name": lambda: b"From: a" + b" " * 100_000 + b"a\n\nx",
    "phones that quote nothing": lambda: plain(("x\n\nsent from " + " -" * 50 + "\n\n") * 1500),
    "our own messages, one in the other": lambda: plain(
        "\n".join("> " * n + "On 1 Jan 2024, i@desk.example wrote:" for n in range(1, 120))
    ),
    "quotations that nobody closes": lambda: plain("you wrote '" * 17_000),
    "flowed without an end": lambda: b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_read_in_time(name: str) -> None:
    content = ATTACKS[name]()
    begun = time.process_time()
    reply = read(content)
    assert time.process_time() - begun < _SECONDS
    assert_spans_hold(reply)


@pytest.mark.parametrize(
    "words",
    ["the " + "? " * 2000 + ".", "the " + "! you " * 1000, "the " + "AAAA " * 1200, "your a " * 900, "keep " * 1200],
    ids=["questions", "exclamations", "capitals", "yours", "keeps"],
)
def test_a_customers_state_is_told_in_time(words: str) -> None:
    begun = time.process_time()
    customer_state(words)
    assert time.process_time() - begun < _SECONDS


def said(name: str) -> Reply:
    return read(ATTACKS[name]())


def test_what_was_not_read_to_its_end_says_so() -> None:
    assert said("ten megabytes of HTML").state is ReadState.TRUNCATED
    assert said("one endless word").state is ReadState.TRUNCATED
    assert said("nested divs").state in {ReadState.TRUNCATED, ReadState.EMPTY}


def test_an_entity_of_the_senders_own_is_not_expanded() -> None:
    assert "aaaa" not in said("entities in a DTD").rendered
