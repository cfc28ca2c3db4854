# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part is read, and what its octets mean: MIME and charsets as they come."""

from __future__ import annotations

import base64
import quopri
from email.message import EmailMessage

import pytest

from gateway.mail import charsets, fields
from gateway.mail.read import read
from gateway.mail.reply import ReadState


def multipart(kind: str, *parts: str, parameters: str = "") -> bytes:
    body = "".join(f"--b\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary=b{parameters}\n\n{body}--b--\n".encode()


PLAIN, HTML = "Content-Type: text/plain\n\nPlain.", "Content-Type: text/html\n\n<p>Rich.</p>"


@pytest.mark.parametrize(
    ("content", "authored"),
    [
        (multipart("alternative", PLAIN, HTML), "Rich."),
        (multipart("alternative", PLAIN, "Content-Type: text/html\n\n<img src=x>"), "Plain."),
        (multipart("alternative", PLAIN, "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR"), "Plain."),
        (multipart("related", HTML, "Content-Type: image/png\nContent-ID: <x>\n\nx"), "Rich."),
        (multipart("mixed", PLAIN, "Content-Type: message/rfc822\n\nSubject: x\n\nNever ours."), "Plain."),
        (multipart("mixed", PLAIN, "Content-Type: text/plain\nContent-Disposition: attachment\n\nA file."), "Plain."),
        (multipart("mixed", PLAIN, 'Content-Type: application/ms-tnef; name="winmail.dat"\n\nx'), "Plain."),
        (multipart("mixed", PLAIN, "Content-Type: text/plain\n\nMore."), "Plain.\n\nMore."),
        (multipart("signed", PLAIN, "Content-Type: application/pgp-signature\n\nx"), "Plain."),
        (multipart("report", PLAIN, "Content-Type: message/delivery-status\n\nx"), "Plain."),
        (multipart("mixed", PLAIN).replace(b"--b--\n", b""), "Plain."),
        (multipart("mixed", PLAIN).replace(b"; boundary=b", b""), "Plain."),
        (multipart("mixed", PLAIN).replace(b"\n", b"\r\n"), "Plain."),
        (b"No header at all, only words.", "No header at all, only words."),
        (b"From x@y Mon Jan  1 00:00:00 2024\nSubject: x\n\nPlain.", "Plain."),
    ],
)
def test_the_part_that_a_reader_sees_is_read(content: bytes, authored: str) -> None:
    assert read(content).authored == authored


def test_the_start_parameter_names_the_root_of_related_parts() -> None:
    content = multipart(
        "related",
        "Content-Type: text/html\nContent-ID: <a>\n\nStyle.",
        "Content-Type: text/html\nContent-ID: <r>\n\nRich.",
        parameters='; start="<r>"',
    )
    assert read(content).authored == "Rich."


def text(octets: bytes, charset: str, encoding: str = "8bit") -> str:
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    return read(head.encode() + octets).authored


@pytest.mark.parametrize(
    ("words", "codec", "label"),
    [
        ("Grüße – “so”", "cp1252", "iso-8859-1"),
        ("Grüße", "utf-8", "us-ascii"),
        ("Grüße", "utf-8", "iso-8859-1"),
        ("Grüße", "latin-1", "no-such-charset"),
        ("Łódź", "iso8859-2", "iso-8859-2"),
        ("Привет", "koi8-r", "KOI8-R"),
        ("Привет", "cp1251", "windows-1251"),
        ("こんにちは", "iso2022_jp", "iso-2022-jp"),
        ("こんにちは", "cp932", "shift_jis"),
        ("你好，朋友", "gb18030", "gb2312"),
        ("안녕하세요", "cp949", "ks_c_5601-1987"),
        ("Grüße", "utf-7", "utf-7"),
        ("Γειά", "iso8859-7", '"iso-8859-7"'),
    ],
)
def test_charsets_mean_what_mail_clients_take_them_for(words: str, codec: str, label: str) -> None:
    assert text(words.encode(codec), label) == words


@pytest.mark.parametrize("label", ["zlib", "punycode", "idna", "unicode_escape", "hex", "x" * 5000, "\x00"])
def test_codecs_that_are_no_charsets_are_not_used(label: str) -> None:
    assert charsets.decode(b"plain \\x41", label) == "plain \\x41"


def test_transfer_encodings_are_undone_and_their_faults_forgiven() -> None:
    assert text(quopri.encodestring("Grüße".encode()), "utf-8", "quoted-printable") == "Grüße"
    assert text(base64.b64encode("Grüße".encode()).rstrip(b"="), "utf-8", "BASE64") == "Grüße"
    assert text(b"Gr=FC=DFe =XX", "iso-8859-1", "Quoted-Printable").startswith("Grüße")


def test_flowed_text_is_joined_and_quotation_kept() -> None:
    content = (
        b"Content-Type: text/plain; format=flowed; delsp=no\n\n"
        b"> It never came, and I have \n> waited for it.\n\nIt is on \nits way now.\n \n From here.\n-- \nIda\n"
    )
    reply = read(content)
    assert reply.authored.startswith("It is on its way now.")
    assert reply.customer == "It never came, and I have waited for it."
    assert reply.signature == "--\nIda"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"=?utf-8?q?Gr=C3=BC?= =?utf-8?q?=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?b?R3I=?= =?utf-8?b?w7w=?=", "Grü"),
        (b"=?utf-8?q?a_=C3?= =?utf-8?q?=BC?=", "a ü"),
        (b"=?iso-8859-1?Q?caf=E9?= au lait", "café au lait"),
        (b"=?x-none?q?plain?=", "plain"),
        (b"not =?an encoded word", "not =?an encoded word"),
        ("rohes Grün".encode(), "rohes Grün"),
    ],
)
def test_encoded_words_are_read(raw: bytes, shown: str) -> None:
    assert fields.text(raw) == shown


def test_file_names_come_in_three_ways() -> None:
    def name(disposition: str) -> str:
        return fields.parametrised(disposition.encode()).get("filename")

    assert name('attachment; filename="a; b.pdf"') == "a; b.pdf"
    assert name("attachment; filename*=utf-8''Gr%C3%BC.pdf") == "Grü.pdf"
    assert name("attachment; filename*0*=utf-8''Gr%C3; filename*1*=%BC; filename*2=.pdf") == "Grü.pdf"
    assert name('attachment; filename="=?utf-8?q?Gr=C3=BC?=.pdf"') == "Grü.pdf"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"Tom Quill <tom@c.example>", ("tom@c.example",)),
        (b"tom@c.example", ("tom@c.example",)),
        (b'"Quill, Tom" <tom@c.example>, Ida <ida@d.example>', ("tom@c.example", "ida@d.example")),
        (b"tom@c.example (Tom, of course), ida@d.example", ("tom@c.example", "ida@d.example")),
        (b"team: tom@c.example, ida@d.example;", ("tom@c.example", "ida@d.example")),
        (b"undisclosed-recipients:;", ()),
        (b"", ()),
    ],
)
def test_addresses_are_found_in_what_people_write(raw: bytes, found: tuple[str, ...]) -> None:
    assert fields.addresses(raw) == found


def test_what_the_standard_library_writes_is_read_back() -> None:
    message = EmailMessage()
    message["Subject"] = "Grüße aus der Werkstatt, " * 5
    message.set_content("Die Lampe ist unterwegs.\n")
    message.add_alternative("<p>Die Lampe ist <b>unterwegs</b>.</p>", subtype="html")
    message.add_attachment(b"x", maintype="image", subtype="png", filename="Lämpchen.png")
    reply = read(message.as_bytes())
    assert reply.subject == message["Subject"].strip()
    assert reply.authored == "Die Lampe ist unterwegs."
    assert reply.attachments == ("Lämpchen.png",)
    assert reply.state is ReadState.READ
