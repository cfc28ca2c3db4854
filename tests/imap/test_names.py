# SPDX-License-Identifier: GPL-3.0-or-later
"""Names on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymap.parsing.modutf7 import modutf7_decode

from gateway.imap.names import Layout, decode, encode, quoted

NAME = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("Quarantine", "Quarantine"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("R&D", "R&-D"),
        ("😀", "&2D3eAA-"),
        ("tab\there", "tab&AAk-here"),
    ],
)
def test_modified_utf_7(name: str, encoded: str) -> None:
    assert encode(name) == encoded
    assert decode(encoded) == name


@given(NAME)
def test_every_name_comes_back_and_another_reads_it_alike(name: str) -> None:
    wire = encode(name)
    assert wire.isascii()
    assert wire.isprintable()
    assert decode(wire) == name
    assert modutf7_decode(wire.encode()) == name


@given(st.text())
def test_what_is_not_well_formed_never_raises(name: str) -> None:
    decode(name)


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="\r\n\0")))
def test_a_quoted_string_has_one_beginning_and_one_end(text: str) -> None:
    wire = quoted(text)
    inside = wire[1:-1].replace("\\\\", "").replace('\\"', "")
    assert '"' not in inside
    assert "\\" not in inside
    assert wire.replace("\\", "")[1:-1] == text.replace("\\", "")


@pytest.mark.parametrize("text", ["a\r\nB LOGOUT", "nul\0", "ü"])
def test_what_cannot_be_quoted_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quoted"):
        quoted(text)


def test_a_layout_puts_prefix_and_delimiter_of_the_server() -> None:
    assert Layout(".", "INBOX.").argument("Quarantine/Release as fine") == '"INBOX.Quarantine.Release as fine"'
    assert Layout("/", "shared/anna/", "shared/anna/INBOX").argument("inbox") == '"shared/anna/INBOX"'
    assert Layout("", "").argument("Quarantine/Release") == '"Quarantine/Release"'
    with pytest.raises(ValueError, match=r"divide folder names"):
        Layout(".").argument("St. Gallen/Release")
