# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows DATA, taken in: exact for every message and every way to cut it."""

from __future__ import annotations

import asyncio

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.smtp.census import Census
from gateway.smtp.intake import BARE, DISPUTED_END, LONG_LINE, NO_SPACE, TOO_BIG, Intake
from gateway.smtp.message import MemoryMessage, SpooledMessage, wire_of
from gateway.smtp.values import BareNewlines, Limits
from gateway.smtp.wire import stuffed

_PIECES = (b"\r\n", b".", b"\r", b"\n", b"a", b"\x00", b"..", b"\r\n.", b"\r\n.\r", b"\xff", b"text ", b"\r\n\r\n")
ANY_BODY = st.lists(st.sampled_from(_PIECES), max_size=40).map(b"".join)
CLEAN_BODY = st.lists(
    st.sampled_from((b"\r\n", b".", b"a", b"\xff", b"..", b"x y z", b"\r\n.", b"\r\n..")), max_size=40
).map(b"".join)
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=20)


def message_of(body: bytes) -> bytes:
    return body if not body or body.endswith(b"\r\n") else body + b"\r\n"


def wire_form(message: bytes) -> bytes:
    """Stuffed by the letter of RFC 5321 4.5.2, line by line, for lines ended by CRLF."""
    lines = message.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\n"


def feed(intake: Intake, wire: bytes, cuts: list[int]) -> bytes:
    at, turn, rest = 0, 0, None
    while rest is None:
        assert at < len(wire), "the end was not seen"
        step = cuts[turn % len(cuts)]
        rest = intake.feed(wire[at : at + step])
        at, turn = at + step, turn + 1
    return rest + wire[at:]


def spooled(taking: Intake) -> MemoryMessage | SpooledMessage:
    """What was taken in, once it is on disk as far as it should be."""
    if taking.is_for_disk:
        asyncio.run(taking.spool())
    return taking.finish()


def intake(mode: BareNewlines = BareNewlines.PASS, limits: Limits | None = None) -> Intake:
    limits = limits or Limits()
    return Intake(limits, mode, Census(limits))


@given(ANY_BODY, CUTS)
@example(b"", [1])
@example(b".", [1])
@example(b"\r\n", [2])
def test_a_message_is_taken_in_as_it_was_or_refused_as_a_whole(body: bytes, cuts: list[int]) -> None:
    message = message_of(body)
    taking = intake()
    rest = feed(taking, wire_form(message) + b"NOOP\r\n", cuts)
    assert rest == b"NOOP\r\n"
    if taking.fault is None:
        taken = taking.finish()
        assert b"".join(taken.chunks()) == message
        assert taken.size == len(message) == taking.size
        assert b"".join(wire_of(taken)) == wire_form(message)
    else:
        assert taking.fault is DISPUTED_END


@given(CLEAN_BODY, CUTS)
def test_nothing_is_held_against_a_message_of_clean_lines(body: bytes, cuts: list[int]) -> None:
    message = message_of(body)
    taking = intake(BareNewlines.REFUSE)
    feed(taking, wire_form(message), cuts)
    assert taking.fault is None
    assert b"".join(taking.finish().chunks()) == message


@given(ANY_BODY, CUTS)
def test_cr_or_lf_alone_is_found_wherever_it_stands(body: bytes, cuts: list[int]) -> None:
    message = message_of(body)
    taking = intake(BareNewlines.REFUSE)
    feed(taking, wire_form(message), cuts)
    alone = message.replace(b"\r\n", b"")
    if b"\r" in alone or b"\n" in alone:
        assert taking.fault is BARE
    elif taking.fault is not None:
        assert taking.fault is DISPUTED_END
        assert b"\x00" in message


@given(CLEAN_BODY, CUTS, st.integers(0, 60))
def test_a_spooled_message_is_the_same_as_one_in_memory(body: bytes, cuts: list[int], threshold: int) -> None:
    message = message_of(body)
    taking = intake(limits=Limits(spool_above=threshold))
    feed(taking, wire_form(message), cuts)
    taken = spooled(taking)
    try:
        assert isinstance(taken, SpooledMessage if len(message) > threshold else MemoryMessage)
        assert b"".join(taken.chunks()) == message
        assert taken.prefix(7) == message[:7]
        assert b"".join(wire_of(taken)) == wire_form(message)
    finally:
        taken.close()


@given(ANY_BODY, CUTS)
def test_stuffing_does_not_depend_on_how_a_message_is_cut(body: bytes, cuts: list[int]) -> None:
    message = message_of(body)
    pieces, at, turn = [], 0, 0
    while at < len(message):
        pieces.append(message[at : at + cuts[turn % len(cuts)]])
        at, turn = at + cuts[turn % len(cuts)], turn + 1
    assert b"".join(stuffed(pieces)) == wire_form(message)


def test_a_message_without_a_last_line_end_gets_one_when_it_is_sent() -> None:
    assert b"".join(stuffed([b"no end"])) == b"no end\r\n.\r\n"


def test_a_message_past_the_limit_is_read_to_its_end_and_refused() -> None:
    taking = intake(limits=Limits(message_size=10))
    assert feed(taking, b"0123456789\r\n.\r\nQUIT\r\n", [3]) == b"QUIT\r\n"
    assert taking.fault is TOO_BIG


def test_a_message_of_just_the_limit_is_taken() -> None:
    taking = intake(limits=Limits(message_size=12))
    feed(taking, b"0123456789\r\n.\r\n", [3])
    assert taking.fault is None


def test_long_lines_pass_unless_a_limit_is_set() -> None:
    long = b"x" * 100_000 + b"\r\n"
    taking = intake()
    feed(taking, long + b".\r\n", [4096])
    assert taking.fault is None
    for length, fault in ((99_999, LONG_LINE), (100_002, None), (100_001, LONG_LINE)):
        taking = intake(limits=Limits(line_length=length))
        feed(taking, b"short\r\n" + long + b"short\r\n.\r\n", [1000])
        assert taking.fault is fault


def test_octets_in_memory_are_counted_and_given_back() -> None:
    limits = Limits(spool_above=50)
    census = Census(limits)
    taking = Intake(limits, BareNewlines.REFUSE, census)
    taking.feed(b"0123456789\r\n")
    assert census.memory_in_use == 10
    taking.feed(b"more" * 20 + b"\r\n.\r\n")
    assert census.memory_in_use == 94
    message = spooled(taking)
    assert census.memory_in_use == 0
    assert isinstance(message, SpooledMessage)
    message.close()


def test_short_memory_sends_messages_to_disk() -> None:
    limits = Limits(memory=5)
    census = Census(limits)
    census.memory(5)
    taking = Intake(limits, BareNewlines.REFUSE, census)
    taking.feed(b"0123456789\r\n.\r\n")
    assert taking.is_overfull
    message = spooled(taking)
    assert isinstance(message, SpooledMessage)
    message.close()


def test_a_folder_that_cannot_be_written_is_a_reason_to_try_again_later() -> None:
    taking = intake(limits=Limits(spool_above=1, spool_folder="/nonexistent"))
    feed(taking, b"0123456789\r\n.\r\n", [4])
    spooled(taking)
    assert taking.fault is NO_SPACE
