# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens in whatever order: nobody gets a copy too many, nothing moves where the table has no way.

The machine has a hold, a reviewer who does anything that clients can do, an upstream that answers anything or breaks, a
gateway that may be killed between any two steps, deadlines and an administrator. It counts copies itself, as the
customer would.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.hold import attempt, states
from gateway.hold.due import due_at
from gateway.hold.folders import Meaning
from gateway.hold.hold import Actor, Decision, Delivery, HoldState, Outcome
from gateway.hold.states import TABLE, Move, NotPossible, may
from gateway.policy.finding import To
from tests.hold.desk import Table
from tests.hold.holds import a_hold, rungs

meanings = st.sampled_from(Meaning)
ANSWERS = ("250 ok", "451 later", "550 no", "lost", "dropped", "killed")
_OUTCOMES = {"2": Outcome.DELIVERED, "4": Outcome.PENDING, "5": Outcome.REFUSED}


class Reviewed(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self.copies: Counter[int] = Counter()
        self.lost: Counter[int] = Counter()
        self.before = self.table.hold

    @initialize(to=st.sampled_from(To), lead=st.booleans(), two=st.booleans())
    def a_hold_comes(self, to: To, lead: bool, two: bool) -> None:  # noqa: FBT001
        recipients = ("a@x.example", "b@x.example") if two else ("a@x.example",)
        hold = a_hold(*recipients, to=to, lead_mailbox="lena" if lead else None)
        role = To.LEAD if to is To.LEAD and not lead else To.AGENT
        self.table = Table(hold, role)
        self.before = hold

    # --- the reviewer ---------------------------------------------------------------------------------------------

    @precondition(lambda self: self.table.cards)
    @rule(which=st.integers(0, 9), to=meanings, leaves=st.sampled_from(["nothing", "a copy", "a deleted copy"]))
    def moves_or_copies_a_card(self, which: int, to: Meaning, leaves: str) -> None:
        card = self.table.cards[which % len(self.table.cards)]
        if leaves == "nothing":
            self.table.cards.remove(card)
        elif leaves == "a deleted copy":
            flagged = replace(card, card=replace(card.card, deleted=True))
            self.table.cards[self.table.cards.index(card)] = flagged
        self.table.put(self.table.name(to), card.token.revision)

    @precondition(lambda self: self.table.cards)
    @rule(which=st.integers(0, 9))
    def deletes_a_card(self, which: int) -> None:
        self.table.cards.pop(which % len(self.table.cards))

    # --- the gateway ----------------------------------------------------------------------------------------------

    @rule(killed=st.booleans())
    def looks(self, killed: bool) -> None:  # noqa: FBT001
        self.table.crash = killed
        self.table.once()
        self.table.crash = False

    @rule(seconds=st.integers(0, 40_000))
    def time_passes(self, seconds: int) -> None:
        self.table.clock.forward(seconds=seconds)

    @precondition(lambda self: self.table.hold.state is HoldState.RELEASING)
    @rule(answer=st.sampled_from(ANSWERS), meanwhile=st.booleans())
    def tries_to_release(self, answer: str, meanwhile: bool) -> None:  # noqa: FBT001
        now = self.table.clock()
        due = due_at(self.table.hold)
        if due is None or due > now:
            return
        numbers = [n for n, d in enumerate(self.table.hold.deliveries) if d.outcome is Outcome.PENDING]
        self.table.hold = attempt.begin(self.table.hold, numbers, now)
        if answer[0] == "2" or answer in ("lost", "killed"):
            self.copies.update(numbers)
        if answer in ("lost", "dropped", "killed"):
            self.lost.update(numbers)
        if meanwhile:
            self.table.once()
        if answer != "killed":
            self._settle(numbers, answer)

    def _settle(self, numbers: list[int], answer: str) -> None:
        now = self.table.clock()
        outcome = _OUTCOMES.get(answer[0], Outcome.UNKNOWN)
        results = {n: Delivery(self.table.hold.deliveries[n].recipient, outcome, answer) for n in numbers}
        later = now + timedelta(minutes=1)
        self.table.hold = attempt.settle(self.table.hold, results, now, next_attempt=later, rungs=rungs(since=now))

    @rule()
    def the_deadline_passes(self) -> None:
        hold, now = self.table.hold, self.table.clock()
        if hold.deadline is None or hold.deadline > now:
            return
        if may(hold, Move.RELEASE):
            times = {"grace": timedelta(), "retry_for": timedelta(days=5)}
            self.table.hold = states.release(hold, Decision.RELEASE, Actor.DEADLINE, now, **times)
        elif may(hold, Move.RETURN):
            self.table.hold = states.give_back(hold, Actor.DEADLINE, now)

    @rule(number=st.integers(0, 1), again=st.booleans())
    def an_administrator_resolves(self, number: int, again: bool) -> None:  # noqa: FBT001
        hold, now = self.table.hold, self.table.clock()
        if number >= len(hold.deliveries) or hold.deliveries[number].outcome is not Outcome.UNKNOWN:
            return
        if not again:
            self._settle([number], "250 ok")
            return
        try:
            self.table.hold = attempt.send_again(hold, number, now, give_up_at=now + timedelta(days=5))
        except NotPossible:
            assert hold.state is not HoldState.RELEASING

    # --- what always holds ----------------------------------------------------------------------------------------

    @invariant()
    def nobody_gets_more_copies_than_one_and_one_for_each_lost_reply(self) -> None:
        for number, copies in self.copies.items():
            assert copies <= 1 + self.lost[number]

    @invariant()
    def delivered_means_that_upstream_took_it_or_somebody_said_so(self) -> None:
        for number, delivery in enumerate(self.table.hold.deliveries):
            if delivery.outcome is Outcome.DELIVERED:
                assert self.copies[number] or self.lost[number]

    @invariant()
    def states_follow_the_table(self) -> None:
        before, after = self.before, self.table.hold
        if before.state is not after.state:
            ways = {state for states_ in TABLE[before.state].values() for state in states_}
            # Taken back and discarded at one look, or brought back and released.
            through = {s for way in ways for states_ in TABLE[way].values() for s in states_}
            assert after.state in ways | through
        for old, new in zip(before.deliveries, after.deliveries, strict=False):
            assert old.outcome is not Outcome.DELIVERED or new.outcome is Outcome.DELIVERED
        assert after.revision >= before.revision
        self.before = after

    @invariant()
    def what_is_open_has_a_next_moment_or_somebody_to_decide(self) -> None:
        hold = self.table.hold
        if hold.state is HoldState.RELEASING:
            unknown = any(d.outcome is Outcome.UNKNOWN for d in hold.deliveries)
            assert due_at(hold) is not None or unknown
        if not hold.open:
            assert due_at(hold) is None

    def teardown(self) -> None:
        self.table.settle()
        if not self.table.hold.open:
            assert {f.meaning for f in self.table.cards} <= {Meaning.DONE}
            assert len(self.table.cards) <= 1
            assert self.table.inbox == set()
        assert all(f.token.revision == self.table.hold.revision for f in self.table.cards)


TestReviewed = Reviewed.TestCase
TestReviewed.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
