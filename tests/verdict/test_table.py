# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision table, row by row: steps 3 to 6 and the verdict. Steps 1 and 2 are in tests/policy/test_evaluate.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.finding import Mode, Part, Severity, To
from gateway.policy.policies import Approved, Condition, Ease, Escalation, Policy, Rule
from gateway.policy.schema.files import Status
from gateway.policy.sighting import Sighting
from gateway.policy.text import NOWHERE, Place
from gateway.verdict.stance import Mute, Stance
from gateway.verdict.table import decide
from gateway.verdict.verdict import Action, Verdict
from tests.policy.texts import phrases, policies, policy

TODAY = date(2026, 12, 1)
ALWAYS = Condition((("words", None),))


def a_policy(id: str = "blame/sample", **changes: object) -> Policy:  # noqa: A002 - the key of the file
    (made,) = policies(policy("mode: hold\nseverity: high\n" + phrases("lost"), id)).policies
    return replace(made, **changes)  # type: ignore[arg-type] # the tests name fields of Policy


def seen(of: Policy, sentence: int | None = 0, rule: Rule | None = None, **changes: object) -> Sighting:
    where = NOWHERE if sentence is None else Place(Part.BODY, sentence, sentence * 10, sentence * 10 + 4, "lost")
    return replace(Sighting(of, rule or of.rules[0], where), **changes)  # type: ignore[arg-type] # likewise


def verdict(*sightings: Sighting, stance: Stance | None = None, confidence: float = 1.0) -> Verdict:
    return decide(sightings, stance or Stance(), confidence, "digest", TODAY)


def with_rule(of: Policy, **changes: object) -> Policy:
    return replace(of, rules=(replace(of.rules[0], **changes),))  # type: ignore[arg-type] # fields of Rule


# --- 2: what was dismissed ---


def test_what_unless_or_none_dismissed_is_no_finding() -> None:
    result = verdict(seen(a_policy(), dismissed="unless: question"))
    assert (result.action, result.findings) == (Action.PASS, ())


# --- 3: the mode to start from ---


def test_starter_takes_the_policys_own_mode_and_strict_its_boldest() -> None:
    bold = a_policy(mode=Mode.NOTE, boldest=Mode.HOLD)
    assert verdict(seen(bold)).action is Action.NOTE
    assert verdict(seen(bold), stance=Stance(profile="strict")).action is Action.HOLD


def test_a_team_has_its_own_mode_for_a_policy() -> None:
    stance = Stance(profile="strict", modes=(("blame/sample", Mode.NOTE),))
    assert verdict(seen(a_policy()), stance=stance).action is Action.NOTE


def test_a_rule_may_be_milder_than_its_policy_but_not_bolder() -> None:
    assert verdict(seen(with_rule(a_policy(), mode=Mode.NOTE, boldest=Mode.NOTE))).action is Action.NOTE
    quiet = a_policy(mode=Mode.NOTE)
    assert verdict(seen(with_rule(quiet, mode=Mode.HOLD, boldest=Mode.HOLD))).action is Action.NOTE


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"status": Status.EXPERIMENTAL}, "experimental"),
        ({"effective": date(2026, 12, 2)}, "in force from 2026-12-02"),
        ({"expires": date(2026, 12, 1)}, "expired on 2026-12-01"),
    ],
)
def test_a_policy_that_is_not_in_force_is_in_shadow_and_says_why(changes: dict[str, object], because: str) -> None:
    result = verdict(seen(replace(a_policy(), **changes)))  # type: ignore[arg-type] # fields of Policy
    (finding,) = result.findings
    assert (result.action, finding.mode, finding.counted) == (Action.PASS, Mode.SHADOW, False)
    assert because in (finding.because or "")


def test_a_policy_is_in_force_from_its_first_day_to_the_day_before_its_last() -> None:
    assert verdict(seen(a_policy(effective=TODAY, expires=date(2026, 12, 2)))).action is Action.HOLD


def test_a_policy_that_fails_its_own_examples_is_in_shadow_in_every_profile() -> None:
    result = verdict(seen(a_policy(), failing=True), stance=Stance(profile="strict"))
    assert result.action is Action.PASS
    assert "own examples" in (result.findings[0].because or "")


@pytest.mark.parametrize(("target", "until", "action"), [
    ("blame/sample", TODAY, Action.PASS),
    ("blame/sample#words", TODAY, Action.PASS),
    ("blame/sample#other", TODAY, Action.HOLD),
    ("blame/*", TODAY, Action.PASS),
    ("minimise/*", TODAY, Action.HOLD),
    ("blame/sample", date(2026, 11, 30), Action.HOLD),
])  # fmt: skip
def test_a_mute_silences_a_policy_or_rule_through_its_last_day(target: str, until: date, action: Action) -> None:
    result = verdict(seen(a_policy()), stance=Stance(mutes=(Mute(target, "reworked", until),)))
    assert result.action is action
    assert len(result.findings) == 1, "what is muted is reported all the same"


@pytest.mark.parametrize(("expires", "action"), [
    (None, Action.PASS), (date(2026, 12, 2), Action.PASS), (TODAY, Action.HOLD),
])  # fmt: skip
def test_an_exception_silences_until_its_date_and_is_reported(expires: date | None, action: Action) -> None:
    result = verdict(seen(a_policy(), exceptions=(Approved("case 12", "maria", expires),)))
    assert result.action is action
    assert ("case 12" in (result.findings[0].because or "")) == (action is Action.PASS)


# --- 4: escalate ---


def test_the_first_step_that_is_met_escalates_and_no_other() -> None:
    steps = (Escalation(ALWAYS, add_points=1), Escalation(ALWAYS, severity=Severity.CRITICAL))
    (finding,) = verdict(seen(a_policy(), escalations=steps)).findings
    assert (finding.points, finding.severity) == (4, Severity.HIGH)


def test_a_step_raises_mode_severity_and_reviewer() -> None:
    step = Escalation(ALWAYS, mode=Mode.HOLD, severity=Severity.CRITICAL, to=To.LEAD, add_points=1)
    result = verdict(seen(a_policy(mode=Mode.NOTE), escalations=(step,)))
    (finding,) = result.findings
    assert (finding.mode, finding.severity, finding.points) == (Mode.HOLD, Severity.CRITICAL, 7)
    assert result.action is Action.HOLD_FOR_LEAD
    assert (finding.because or "").startswith("raised: ")


def test_a_step_never_lowers() -> None:
    step = Escalation(ALWAYS, mode=Mode.NOTE, severity=Severity.LOW)
    (finding,) = verdict(seen(a_policy(), escalations=(step,))).findings
    assert (finding.mode, finding.severity, finding.points) == (Mode.HOLD, Severity.HIGH, 3)


def test_nothing_escalates_out_of_shadow() -> None:
    step = Escalation(ALWAYS, mode=Mode.HOLD)
    assert verdict(seen(a_policy(mode=Mode.SHADOW), escalations=(step,))).action is Action.PASS


def test_also_asks_for_another_finding_that_is_not_in_shadow() -> None:
    step = Escalation(ALWAYS, also=("condescend/*",), mode=Mode.HOLD)
    mild = seen(a_policy(mode=Mode.NOTE), escalations=(step,))
    other = a_policy("condescend/other", mode=Mode.NOTE)
    assert verdict(mild).action is Action.NOTE
    assert verdict(mild, seen(other, 3), stance=Stance(hold_at=99)).action is Action.HOLD
    assert verdict(mild, seen(replace(other, mode=Mode.SHADOW), 3)).action is Action.NOTE


# --- 5: ease ---


def test_every_step_that_is_met_eases_and_points_never_fall_below_zero() -> None:
    steps = (Ease(ALWAYS, take_points=2), Ease(ALWAYS, take_points=2, to_note=True))
    result = verdict(seen(a_policy(), eases=steps))
    (finding,) = result.findings
    assert (finding.points, finding.mode, result.action) == (0, Mode.NOTE, Action.NOTE)


def test_ease_does_not_raise_shadow_to_a_note() -> None:
    assert verdict(seen(a_policy(mode=Mode.SHADOW), eases=(Ease(ALWAYS, to_note=True),))).action is Action.PASS


def test_ease_comes_after_escalate() -> None:
    up, down = Escalation(ALWAYS, severity=Severity.CRITICAL), Ease(ALWAYS, take_points=2)
    assert verdict(seen(a_policy(), escalations=(up,), eases=(down,))).findings[0].points == 4


# --- 6: same sentence ---


def test_one_policy_counts_once_a_sentence_with_the_highest_points_and_mode() -> None:
    of = a_policy()
    milder = replace(of.rules[0], name="milder", mode=Mode.NOTE, points=6.0)
    result = verdict(seen(of), seen(of, rule=milder))
    counted = [finding for finding in result.findings if finding.counted]
    assert [(finding.rule, finding.points, finding.mode) for finding in counted] == [("words", 6, Mode.HOLD)]
    (other,) = [finding for finding in result.findings if not finding.counted]
    assert other.because == "same sentence"
    assert result.points == 6


def test_one_family_counts_once_a_sentence_and_a_written_rule_speaks_before_the_judge() -> None:
    written = with_rule(a_policy(mode=Mode.NOTE), family="blame-direct")
    judged = with_rule(a_policy("blame/another"), family="blame-direct", kind="judged")
    result = verdict(seen(judged), seen(written))
    (speaks,) = [finding for finding in result.findings if finding.counted]
    assert (speaks.policy, speaks.mode, result.action) == ("blame/sample", Mode.HOLD, Action.HOLD)


def test_different_sentences_or_different_families_count_each() -> None:
    one = with_rule(a_policy(), family="blame-direct")
    other = with_rule(a_policy("minimise/other"), family="minimise")
    assert verdict(seen(one, 0), seen(one, 1)).points == 6
    assert verdict(seen(one, 0), seen(other, 0)).points == 6


def test_a_chain_of_shared_policies_and_families_is_one() -> None:
    first = a_policy()
    bridge = replace(first.rules[0], name="bridge", family="scripted")
    last = with_rule(a_policy("script/other"), family="scripted")
    result = verdict(seen(first), seen(last), seen(first, rule=bridge))
    assert sum(finding.counted for finding in result.findings) == 1


def test_a_shadow_finding_lends_nothing_to_the_one_that_counts() -> None:
    of = a_policy(mode=Mode.NOTE)
    shadow = replace(of.rules[0], name="shadow", mode=Mode.SHADOW, points=6.0)
    assert verdict(seen(of), seen(of, rule=shadow)).points == 3


# --- the verdict ---


def test_a_finding_in_mode_hold_holds() -> None:
    assert verdict(seen(a_policy())).action is Action.HOLD


def test_notes_of_two_policies_that_reach_hold_at_hold() -> None:
    one, other = a_policy(mode=Mode.NOTE), a_policy("minimise/other", mode=Mode.NOTE)
    assert verdict(seen(one, 0), seen(other, 1)).action is Action.HOLD
    assert verdict(seen(one, 0), seen(other, 1), stance=Stance(hold_at=6.5)).action is Action.NOTE


def test_notes_of_one_policy_never_add_up_to_a_hold() -> None:
    one = a_policy(mode=Mode.NOTE)
    assert verdict(seen(one, 0), seen(one, 1), seen(one, 2)).action is Action.NOTE


def test_a_second_policy_eased_to_nothing_does_not_make_two() -> None:
    one, other = a_policy(mode=Mode.NOTE), a_policy("minimise/other", mode=Mode.NOTE)
    eased = seen(other, 2, eases=(Ease(ALWAYS, take_points=9),))
    assert verdict(seen(one, 0), seen(one, 1), eased).action is Action.NOTE


def test_a_hold_is_for_the_lead_if_a_rule_behind_it_says_so() -> None:
    assert verdict(seen(a_policy(to=To.LEAD))).action is Action.HOLD_FOR_LEAD
    noted = a_policy("script/noted", mode=Mode.NOTE, to=To.LEAD)
    assert verdict(seen(a_policy(), 0), seen(noted, 1)).action is Action.HOLD
    one = a_policy(mode=Mode.NOTE)
    assert verdict(seen(one, 0), seen(noted, 1)).action is Action.HOLD_FOR_LEAD


def test_any_finding_that_is_not_in_shadow_is_noted_and_none_passes() -> None:
    assert verdict(seen(a_policy(mode=Mode.NOTE), None)).action is Action.NOTE
    assert verdict().action is Action.PASS


@pytest.mark.parametrize(("stance", "confidence"), [(Stance(), 0.49), (Stance(has_reviewer=False), 1.0)])
def test_at_most_a_note_where_the_split_is_uncertain_or_nobody_reviews(stance: Stance, confidence: float) -> None:
    result = verdict(seen(a_policy()), stance=stance, confidence=confidence)
    assert result.action is Action.NOTE
    assert result.capped


def test_findings_come_in_the_order_of_the_text_and_absences_last() -> None:
    absence, late, early = seen(a_policy("omission/one"), None), seen(a_policy("blame/late"), 5), seen(a_policy(), 1)
    assert [finding.sentence for finding in verdict(absence, late, early).findings] == [1, 5, None]


def test_the_message_has_the_words_found_on_one_line() -> None:
    place = Place(Part.BODY, 0, 0, 9, "you\nlost")
    (finding,) = verdict(replace(seen(a_policy()), place=place)).findings
    assert (finding.excerpt, finding.message) == ("you\nlost", "Found “you lost”.")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["blame/a", "blame/b", "script/c"]),
            st.sampled_from(list(Mode)),
            st.one_of(st.none(), st.integers(0, 2)),
            st.sampled_from(["x", "y", None]),
            st.booleans(),
        ),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_laws_of_every_verdict(rows: list[tuple[str, Mode, int | None, str | None, bool]]) -> None:
    result = verdict(
        *(seen(with_rule(replace(BASE, id=id_, mode=mode), family=family), place, failing=failing)
          for id_, mode, place, family, failing in rows)
    )  # fmt: skip
    assert len(result.findings) == len(rows), "everything is reported"
    assert all(finding.points >= 0 for finding in result.findings)
    assert result.points == sum(finding.points for finding in result.findings if finding.counted)
    assert not any(finding.counted and finding.mode is Mode.SHADOW for finding in result.findings)
    assert (result.action is Action.PASS) == (not any(finding.counted for finding in result.findings))
    places = [(f.policy, f.part, f.sentence) for f in result.findings if f.counted]
    assert len(places) == len(set(places)), "one policy counts once a sentence"


BASE = a_policy()
