# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of MAIL and RCPT."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.envelope import Path
from gateway.smtp.paths import extensions, has_control, path, size_of


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        (b"FROM:<a@example.org>", Path("a@example.org")),
        (b"from:<a@example.org>", Path("a@example.org")),
        (b"FROM: <a@example.org>", Path("a@example.org")),
        (b"FROM:<>", Path("")),
        (b"FROM:<> SIZE=100", Path("", ("SIZE=100",))),
        (b"FROM:a@example.org", Path("a@example.org")),
        (b"FROM:a@example.org BODY=8BITMIME", Path("a@example.org", ("BODY=8BITMIME",))),
        (
            b"FROM:<a@example.org> RET=HDRS ENVID=QQ+2B1  AUTH=<>",
            Path("a@example.org", ("RET=HDRS", "ENVID=QQ+2B1", "AUTH=<>")),
        ),
        (b'FROM:<"a b>\\"c"@example.org> X=y', Path('"a b>\\"c"@example.org', ("X=y",))),
        (b"FROM:<@one,@two:a@example.org>", Path("@one,@two:a@example.org")),
        ("FROM:<grüße@exämple.org> SMTPUTF8".encode(), Path("grüße@exämple.org", ("SMTPUTF8",))),
        (b"FROM:<gr\xfc@example.org>", Path("gr\udcfc@example.org")),
    ],
)
def test_paths_are_understood(argument: bytes, expected: Path) -> None:
    assert path(argument, b"FROM:") == expected


@pytest.mark.parametrize(
    "argument",
    [
        b"",
        b"FROM",
        b"FROM:",
        b"TO:<a@b>",
        b"FROM:<a@b",
        b"FROM:a@b>",
        b"FROM:<a@b>X=1",
        b"FROM:<a<b>",
        b"FROM:<a@b> <c>x<",
    ],
)
def test_what_is_no_path_is_none(argument: bytes) -> None:
    found = path(argument, b"FROM:")
    assert found is None or (argument.endswith(b"x<") and found.parameters == ("<c>x<",))


@given(st.binary(max_size=60))
def test_no_argument_is_too_odd(argument: bytes) -> None:
    found = path(b"TO:" + argument, b"TO:")
    if found is not None:
        assert found.address.encode("utf-8", "surrogateescape") in argument


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='<>"\\ '), max_size=30))
def test_the_argument_of_a_path_is_read_back_as_that_path(address: str) -> None:
    original = Path(address, ("NOTIFY=NEVER",))
    assert path(b"TO:" + original.argument.encode(), b"TO:") == original


@pytest.mark.parametrize(
    ("parameters", "size"),
    [(("SIZE=77",), 77), (("size=77",), 77), ((), 0), (("SIZE=x",), 0), (("SIZE=" + "9" * 99,), 0)],
)
def test_the_declared_size(parameters: tuple[str, ...], size: int) -> None:
    assert size_of(Path("a@b", parameters)) == size


@pytest.mark.parametrize(
    ("mail", "rcpt", "needed"),
    [
        ((), (), set()),
        (("BODY=7BIT",), (), set()),
        (("BODY=8bitmime", "SIZE=3"), (), {"8BITMIME", "SIZE"}),
        (("SMTPUTF8",), (), {"SMTPUTF8"}),
        (("RET=FULL",), (), {"DSN"}),
        ((), ("NOTIFY=NEVER",), {"DSN"}),
        ((), ("ORCPT=rfc822;x",), {"DSN"}),
        (("AUTH=<>",), (), set()),
    ],
)
def test_extensions_that_a_carrier_needs(mail: tuple[str, ...], rcpt: tuple[str, ...], needed: set[str]) -> None:
    assert extensions(Path("a@b", mail), (Path("c@d"), Path("e@f", rcpt))) == needed


def test_control_characters_are_found_and_tab_is_none() -> None:
    assert not has_control(b"MAIL FROM:<a@b>\tX=\xc3\xbc")
    for octet in (0, 7, 10, 11, 13, 31, 127):
        assert has_control(b"a" + bytes([octet]) + b"b")
