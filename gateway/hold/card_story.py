# SPDX-License-Identifier: GPL-3.0-or-later
"""What a card says about the state of its hold: what is, what to do, and what happens otherwise. No io.

Everything is said to the person in whose mailbox the card lies: the agent who wrote the message, or a lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from gateway.hold.card_words import clock, line, listed, moment
from gateway.hold.folders import Folders, Meaning
from gateway.hold.hold import Actor, Aside, Decision, End, Hold, HoldState, Outcome
from gateway.policy.finding import To

WHY = "Why"
_NOT_GONE = "The copy in your Sent folder has not gone out."


@dataclass(frozen=True, slots=True)
class Place:
    """From where a card is seen.

    Attributes:
        role: whose card it is.
        folders: names of the folders.
        zone: of the team.
        now: when the card is made.
        keep: how long a message is kept after its end.
    """

    role: To
    folders: Folders
    zone: tzinfo
    now: datetime
    keep: timedelta

    def folder(self, meaning: Meaning) -> str:
        """The name of a folder of this role."""
        return self.folders.name(meaning, self.role)


@dataclass(frozen=True, slots=True)
class Action:
    """What moving the card somewhere does."""

    folder: str
    effect: str


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to say.

    Attributes:
        label: a word or two before the subject.
        headline: in a few words.
        text: paragraphs.
        actions: what can be done by moving the card.
        otherwise: what happens if nobody does anything; may be empty.
        reasons: what the findings are headed by; empty if they are beside the point.
        footnotes: what else is good to know.
    """

    label: str
    headline: str
    text: tuple[str, ...]
    actions: tuple[Action, ...] = ()
    otherwise: str = ""
    reasons: str = "Why it was held"
    footnotes: tuple[str, ...] = ()


def story(hold: Hold, place: Place) -> Story:
    """What there is to say about a hold in its present state."""
    match hold.state:
        case HoldState.HELD:
            return _came_back(hold, place) if _outcome(hold, Outcome.REFUSED) else _held(hold, place)
        case HoldState.RELEASING:
            return _releasing(hold, place)
        case HoldState.DELIVERED:
            return _delivered(hold, place)
        case HoldState.NOTED:
            return _noted(hold, place)
        case _:
            return _ended(hold, place)


def recipients(hold: Hold) -> str:
    """Whom the message is for, in a few words."""
    addresses = dict.fromkeys(line(each.recipient.address, 80) for each in hold.deliveries)
    return listed(tuple(addresses)) or "nobody"


def what(hold: Hold, place: Place) -> str:
    """The message, as this reader thinks of it."""
    return f"Your reply to {recipients(hold)}" if place.role is To.AGENT else f"The reply to {recipients(hold)}"


def _held(hold: Hold, place: Place) -> Story:
    # The first lines are all that a phone shows, and all that a busy person reads.
    way = f"Send a better version; or, to send it as it is, move its card to {place.folder(Meaning.RELEASE)}."
    if hold.to is To.LEAD:
        way = "Please have a second look at it."
    text = [f"{what(hold, place)} has not gone out yet. {way}"]
    if place.role is To.LEAD:
        why = f"Nobody has decided about it since {moment(hold.created, place.zone)}." if hold.escalated else ""
        author = line(hold.envelope.sender.address, 80)
        text = [f"A reply from {author} to {recipients(hold)} waits for your decision.", *([why] if why else [])]
    if hold.to is To.LEAD and place.role is To.AGENT:
        text.append("Your lead decides about this one. Until then you can take it back, or send a better version.")
    text += [f"You have since sent “{line(subject, 100)}”. It did not replace this one." for subject in hold.since]
    return Story(
        "Held",
        "Held for a second look",
        tuple(text),
        _choices(hold, place),
        _deadline(hold, place),
        WHY,
        (_NOT_GONE,) if place.role is To.AGENT else (),
    )


def _choices(hold: Hold, place: Place) -> tuple[Action, ...]:
    release = (
        Action(place.folder(Meaning.RELEASE), "it goes out just as you wrote it."),
        Action(place.folder(Meaning.RELEASE_AS_FINE), "it goes out, and this remark is marked as wrong."),
    )
    if place.role is To.LEAD:
        release = (
            Action(place.folder(Meaning.RELEASE), "it goes out just as it was written."),
            Action(place.folder(Meaning.RELEASE_AS_FINE), "it goes out, and this remark is marked as wrong."),
        )
    discard = Action(place.folder(Meaning.DISCARD), "it does not go out.")
    return (discard,) if hold.to is To.LEAD and place.role is To.AGENT else (*release, discard)


def _deadline(hold: Hold, place: Place) -> str:
    if hold.deadline is None or hold.at_end is End.KEEP:
        return "If nobody moves this card, the message stays here."
    at = moment(hold.deadline, place.zone)
    if hold.at_end is End.RELEASE:
        return f"If nobody moves this card, it goes out as it is on {at}."
    whom = "you" if place.role is To.AGENT else "its author"
    return f"If nobody moves this card, it comes back to {whom} unsent on {at}."


def _came_back(hold: Hold, place: Place) -> Story:
    refused = [line(each.recipient.address, 80) for each in hold.deliveries if each.outcome is Outcome.REFUSED]
    text = [f"{what(hold, place)} was released, but the mail server did not take it for {listed(refused)}."]
    if _outcome(hold, Outcome.DELIVERED):
        text.append("The others have it; nothing is sent to them again.")
    actions = (
        Action(place.folder(Meaning.RELEASE), f"it is tried once more for {listed(refused)}."),
        Action(place.folder(Meaning.DISCARD), "it is not tried again."),
    )
    return Story("Came back", "The mail server refused it", tuple(text), actions, _deadline(hold, place), "")


def _releasing(hold: Hold, place: Place) -> Story:
    back = Action(place.folder(Meaning.QUARANTINE), "it is taken back.")
    if not hold.pending:
        return Story(
            "Not known",
            "Nobody can say whether it arrived",
            (
                "The connection to the mail server broke after the message was sent and before the server answered.",
                f"It is not sent again by itself. Your administrator can settle it: bedside holds resolve {hold.id}",
            ),
        )
    if hold.attempts:
        until = f" until {moment(hold.given_up_at, place.zone)}" if hold.given_up_at else ""
        text = f"{what(hold, place)} is released. The mail server asked us to try later, and we do so{until}."
        return Story("Waiting", "Released, and waiting for the mail server", (text,), (back,))
    at = f" at {clock(hold.release_at, place.zone)}" if hold.release_at else ""
    whom = "" if hold.decided_by is None else _decided(hold, place)
    text = f"{what(hold, place)} goes out{at}. {whom}".strip()
    return Story("Going out", "On its way", (text,), (back,))


def _delivered(hold: Hold, place: Place) -> Story:
    text = [f"{what(hold, place)} went out, exactly as it was written.", _decided(hold, place)]
    return Story("Sent", "It went out", tuple(each for each in text if each))


def _noted(hold: Hold, place: Place) -> Story:
    if hold.decision is not None:
        return Story(
            "Noted", "Thank you", ("What you thought of this note is kept with it, for those who mind the rules.",)
        )
    actions = (
        Action(place.folder(Meaning.RELEASE_AS_FINE), "this remark is marked as wrong."),
        Action(place.folder(Meaning.DISCARD), "the note is put away."),
    )
    text = (
        f"{what(hold, place)} went out as you wrote it. This is only a thought for the next one.",
        *(["There were more like it on the same day:"] if hold.also else []),
        *(_aside(each) for each in hold.also),
    )
    headline = f"{len(hold.also) + 1} thoughts for next time" if hold.also else "A thought for next time"
    return Story("For next time", headline, text, actions, "You need not do anything.", WHY)


def _aside(aside: Aside) -> str:
    quoted = f" “{line(aside.excerpt, 160)}”" if aside.excerpt else ""
    return f"{line(aside.subject, 80) or '(no subject)'}:{quoted} {line(aside.message, 300)}".strip()


def _ended(hold: Hold, place: Place) -> Story:
    if hold.state is HoldState.DISCARDED:
        text = (f"{what(hold, place)} did not go out.", _decided(hold, place))
        return Story("Not sent", "Discarded", tuple(each for each in text if each), _after_all(hold, place))
    if hold.state is HoldState.SUPERSEDED:
        replaced = "You have sent a better version of it, so this one was set aside. It did not go out."
        return Story("Replaced", "Replaced by a better version", (replaced,), _after_all(hold, place))
    returned = (
        f"{what(hold, place)} did not go out: nobody had decided about it in time.",
        "A report that says so was sent to its author. It can be sent again from the Sent folder.",
    )
    return Story("Not sent", "Returned unsent", returned)


def _after_all(hold: Hold, place: Place) -> tuple[Action, ...]:
    if hold.purged or (hold.decided_by is Actor.LEAD and place.role is To.AGENT):
        return ()
    until = moment((hold.ended or place.now) + place.keep, place.zone)
    release = Action(place.folder(Meaning.RELEASE), f"it goes out after all. That is possible until {until}.")
    back = Action(place.folder(Meaning.QUARANTINE), "it waits for a decision again.")
    return (back,) if hold.to is To.LEAD and place.role is To.AGENT else (release, back)


def _decided(hold: Hold, place: Place) -> str:
    as_fine = " The remark is marked as wrong." if hold.decision is Decision.RELEASE_AS_FINE else ""
    match hold.decided_by:
        case Actor.DEADLINE:
            return "Nobody had decided by the deadline."
        case Actor.ADMINISTRATOR:
            return "An administrator decided that."
        case Actor.LEAD if place.role is To.AGENT:
            return f"Your lead decided that.{as_fine}"
        case Actor.AGENT if place.role is To.LEAD:
            return f"Its author decided that.{as_fine}"
        case Actor.AGENT | Actor.LEAD:
            return f"You decided that.{as_fine}"
        case _:
            return ""


def _outcome(hold: Hold, outcome: Outcome) -> bool:
    return any(each.outcome is outcome for each in hold.deliveries)
