# SPDX-License-Identifier: GPL-3.0-or-later
"""S/MIME: a text that is only wrapped in its signature is read; one that is encrypted is a fact of its own."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail.cms import signed_content
from gateway.mail.read import read
from gateway.mail.reply import ReadState

ENTITY = (
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe lamp is on its way.\r\n\r\n"
    b"On 3 Mar 2025 at 09:12, Tom <tom@customer.example> wrote:\r\n> It never came.\r\n"
)
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


def element(tag: int, contents: bytes) -> bytes:
    size = len(contents)
    return bytes([tag, 0x84]) + size.to_bytes(4) + contents


def streamed(tag: int, contents: bytes) -> bytes:
    return bytes([tag, 0x80]) + contents + b"\0\0"


def by_hand(wrap: Callable[[int, bytes], bytes], content: bytes) -> bytes:
    """SignedData without signers: all that a reader of the text walks through, and nothing behind it."""
    inner = wrap(0x30, DATA + wrap(0xA0, content))
    data = wrap(0x30, b"\x02\x01\x01" + wrap(0x31, wrap(0x30, b"\x06\x01\x2a")) + inner)
    return wrap(0x30, SIGNED_DATA + wrap(0xA0, data))


def in_pieces(entity: bytes) -> bytes:
    pieces = b"".join(element(0x04, entity[at : at + 40]) for at in range(0, len(entity), 40))
    return streamed(0x24, pieces)


def signed(entity: bytes) -> bytes:
    """Signed opaquely by a real signer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ida")])
    now = dt.datetime(2025, 3, 3, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    builder = PKCS7SignatureBuilder().set_data(entity).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])


def message(octets: bytes, kind: str = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m") -> bytes:
    head = f"From: ida@desk.example\nSubject: Lamp\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n"
    return head.encode() + base64.encodebytes(octets)


@pytest.mark.parametrize(
    "octets",
    [
        signed(ENTITY),
        by_hand(element, element(0x04, ENTITY)),
        by_hand(streamed, in_pieces(ENTITY)),
        by_hand(streamed, streamed(0x24, in_pieces(ENTITY))),
    ],
    ids=["a real signer", "DER", "streamed", "pieces in pieces"],
)
@pytest.mark.parametrize(
    "kind",
    [
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "application/x-pkcs7-mime; name=smime.p7m",
        "application/octet-stream; name=smime.p7m",
    ],
)
def test_the_text_inside_an_opaque_signature_is_read(octets: bytes, kind: str) -> None:
    reply = read(message(octets, kind))
    assert reply.state is ReadState.READ
    assert reply.authored == "The lamp is on its way."
    assert reply.customer == "It never came."
    assert (reply.subject, reply.headers.from_) == ("Lamp", "ida@desk.example")
    assert reply.attachments == ()


def test_signatures_around_signatures_are_taken_off_a_few_times() -> None:
    content = ENTITY
    for _ in range(2):
        content = message(by_hand(element, element(0x04, content)))
    assert read(content).authored == "The lamp is on its way."
    for _ in range(20):
        content = message(by_hand(element, element(0x04, content)))
    assert read(content).state is ReadState.UNREADABLE


def test_what_is_encrypted_inside_a_signature_is_encrypted() -> None:
    locked = message(b"0\x03\x02\x01\x05", "application/pkcs7-mime; smime-type=enveloped-data")
    assert read(message(by_hand(element, element(0x04, locked)))).state is ReadState.ENCRYPTED


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("application/pkcs7-mime; smime-type=signed-data", ReadState.UNREADABLE),
        ("application/pkcs7-mime; smime-type=compressed-data", ReadState.UNREADABLE),
        ("application/pkcs7-mime; smime-type=enveloped-data", ReadState.ENCRYPTED),
        ("application/pkcs7-mime; smime-type=authEnveloped-data", ReadState.ENCRYPTED),
        ("application/pkcs7-mime; name=smime.p7m", ReadState.ENCRYPTED),
        ("application/octet-stream; name=smime.p7m", ReadState.ENCRYPTED),
    ],
)
def test_a_cms_object_that_cannot_be_opened_is_told_by_its_type(kind: str, state: ReadState) -> None:
    assert read(message(b"0\x03\x02\x01\x05", kind)).state is state


def test_a_certificate_alone_signs_nothing() -> None:
    assert signed_content(by_hand(element, b"")) is None


def test_a_length_beyond_the_end_is_no_text() -> None:
    assert signed_content(by_hand(element, b"\x04\x84\x7f\xff\xff\xff")) is None


def test_an_endless_nest_of_indefinite_lengths_ends() -> None:
    head = b"\x30\x80" + SIGNED_DATA + b"\xa0\x80\x30\x80\x02\x01\x01"
    assert signed_content(head + b"\x31\x80" * 500_000) is None


def test_an_endless_row_of_empty_pieces_ends() -> None:
    pieces = streamed(0x24, b"\x24\x80" * 200_000 + b"\x04\x00" * 200_000)
    assert signed_content(by_hand(streamed, pieces)) in {b"", None}


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_octets_that_are_nearly_a_signature_are_read_or_not_but_never_raise(tail: bytes, at: int, other: int) -> None:
    whole = bytearray(by_hand(streamed, in_pieces(ENTITY)) + tail)
    whole[at % len(whole)] = other
    signed_content(bytes(whole))
    signed_content(bytes(whole[:at]))
    signed_content(tail)
