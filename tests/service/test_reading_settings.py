# SPDX-License-Identifier: GPL-3.0-or-later
"""`[reading]` bounds the work of reading one message."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.mail.limits import Limits
from gateway.mail.read import read
from gateway.mail.reply import ReadState
from gateway.service.settings_reading import ReadingSettings


def test_what_the_file_leaves_out_is_the_readers_own_default() -> None:
    assert ReadingSettings().limits() == Limits()


def test_a_limit_is_what_the_reader_keeps_to() -> None:
    content = b"Content-Type: text/plain\n\n" + b"One line of it.\n" * 100
    assert read(content, ReadingSettings().limits()).state is ReadState.READ
    for setting in ({"octets": 200}, {"text": 100}, {"lines": 10}):
        reply = read(content, ReadingSettings.model_validate(setting).limits())
        assert reply.state is ReadState.TRUNCATED
        assert reply.authored.startswith("One line of it.")


@pytest.mark.parametrize("setting", [{"depth": 1000}, {"elements": 100_000}, {"text": 0}, {"words": 7}])
def test_a_limit_that_would_be_none_is_refused(setting: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        ReadingSettings.model_validate(setting)
