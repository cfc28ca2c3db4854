# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy try --fact`: what the gateway would know from memory and feed, given by hand."""

from __future__ import annotations

import re

import pytest

from gateway.cli.facts import described, with_facts
from gateway.policy.context import Context, Relation

QUOTED = Context(inbound_level=1, our_failure=False)


def test_facts_go_before_what_the_reply_tells_and_the_rest_stays() -> None:
    facts = ("inbound_level=3", "relation=new", "resolved=true", "messages_in_thread=12")
    context = with_facts(QUOTED, facts, ["One.", "Two."])
    assert (context.inbound_level, context.our_failure, context.relation) == (3, False, Relation.NEW)
    assert (context.resolved, context.messages_in_thread, context.earlier_replies) == (True, 12, ("One.", "Two."))
    assert with_facts(QUOTED, (), ()) == QUOTED
    assert "relation new" in described(context)
    assert "repeat_contact unknown" in described(context)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("inbund_level=2", "did you mean inbound_level?"),
        ("x=1", "known are inbound_level"),
        ("inbound_level=4", "has to be 0, 1, 2 or 3, not '4'"),
        ("resolved=yes", "has to be true or false"),
        ("resolved", "has to be true or false, not ''"),
        ("relation=repeat", "has to be new or known"),
        ("apologies_before=-1", "has to be a number"),
    ],
)
def test_what_is_no_fact_is_named_with_the_way_out(fact: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        with_facts(QUOTED, (fact,), ())
