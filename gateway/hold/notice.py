# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of the short messages for INBOX: that something waits, and why a move did not do what one may think. No io."""

from __future__ import annotations

from gateway.hold.card_story import WHY, Place, Story, recipients
from gateway.hold.card_words import line
from gateway.hold.folders import Meaning
from gateway.hold.hold import Hold
from gateway.hold.steps import Reason
from gateway.policy.finding import Mode

# Subject and first paragraph; ``{to}`` stands for the recipients.
_ANSWERS = {
    Reason.BOTH_WAYS: (
        "Please decide again",
        "A card of this message lay in a folder that sends it and in one that drops it. So nothing was done.",
    ),
    Reason.LEAD_DECIDES: (
        "Your lead decides",
        "You moved this card to send the message. Your lead decides about this one, so it was not sent.",
    ),
    Reason.OTHERS_FOLDER: (
        "Not your folder",
        "This card was moved into a folder of somebody else's cards. It decided nothing there.",
    ),
    Reason.ALREADY_SENT: (
        "Already sent",
        "You moved this card, but the message to {to} had gone out before. It cannot be taken back.",
    ),
    Reason.ALREADY_RETURNED: (
        "Already returned",
        "You moved this card, but the message had been returned to its author. Send it again from the Sent folder.",
    ),
    Reason.ALREADY_DISCARDED: (
        "Already discarded",
        "You moved this card to Discard once more. The message was discarded before; nothing has changed.",
    ),
    Reason.TOO_LATE: (
        "Too late",
        "You took this card back, but the message to {to} was being sent at that moment.",
    ),
    Reason.UNDECIDED: (
        "Not decided yet",
        "You moved this card to the folder of what is done, but nobody has decided about the message yet.",
    ),
    Reason.EDITED: (
        "The card was changed",
        "The card that you moved is not as we made it, so it decided nothing. Only the message itself can be sent.",
    ),
    Reason.PURGED: (
        "No longer kept",
        "You moved this card, but the message itself is not kept any more. Send it again from the Sent folder.",
    ),
}


def notice_text(hold: Hold, told: Story, place: Place) -> tuple[str, ...]:
    """Paragraphs of a notice: what is held and why, where to look, what happens otherwise."""
    found = [finding for finding in hold.verdict.findings if finding.counted and finding.mode is not Mode.SHADOW]
    why = max(found, key=lambda finding: finding.points).message if found and told.reasons == WHY else ""
    return (
        *told.text,
        *([line(why, 300)] if why else []),
        f"All about it is in your folder {place.folder(Meaning.QUARANTINE)}.",
        *([told.otherwise] if told.otherwise else []),
        "This notice goes away by itself when it is decided.",
    )


def answer_text(hold: Hold, reason: Reason, place: Place) -> tuple[str, tuple[str, ...]]:
    """Subject and paragraphs of an answer to something done with a card of this hold."""
    subject, said = _ANSWERS.get(reason, ("About this card", "What was done with this card decided nothing."))
    open_, done = place.folder(Meaning.QUARANTINE), place.folder(Meaning.DONE)
    where = f"The card lies in {open_} or {done}, and says how it stands now."
    return subject, (said.replace("{to}", recipients(hold)), where)


def stray_text(reason: Reason, folder: str, count: int) -> tuple[str, tuple[str, ...]]:
    """Subject and paragraphs of an answer to messages in a decision folder that are no cards."""
    some = "a message" if count == 1 else f"{count} messages"
    moved = "It is in your INBOX now." if count == 1 else "They are in your INBOX now."
    said = {
        Reason.FORGED: f"Your folder {folder} had {some} that looked like a card, but we did not make it for you.",
        Reason.PURGED: f"Your folder {folder} had {some} about something that is over and no longer kept.",
        Reason.NOTICE_MOVED: f"Your folder {folder} had {some} that only tells of a card. Please move the card itself.",
    }.get(reason, f"Your folder {folder} had {some} that is not a card. That folder is for cards alone.")
    return "Nothing was decided", (said, moved)
