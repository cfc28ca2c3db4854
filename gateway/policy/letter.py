# SPDX-License-Identifier: GPL-3.0-or-later
"""From mail to the keyed hashes that a memory is asked with and keeps.

Each hash has a purpose and is made with the secret of the ledger, so that who has the tables and not the key can try
out no address and no sentence. Names of threads are bound to the correspondent: nobody learns of another's thread by
naming its messages, and a mailing that many customers answer makes no thread of them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.mail import thread
from gateway.mail.envelope import Envelope
from gateway.mail.mac import mac
from gateway.mail.reply import Reply
from gateway.policy.memory import Question, Strand
from gateway.policy.repetition import sketches
from gateway.policy.teams import matches

_KEPT = 32
"""Hexadecimal digits of a hash that are kept: 128 bits."""
_KEPT_OF_SKETCH = 16
"""Likewise of a sketch, of which there are many: they are only compared within a thread, and with a sender's last."""
_MOST_PARTIES = 20
"""Outside recipients above which a mail is no reply to a customer, and is not remembered."""
_MOST_SKETCHES = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply as a memory sees it.

    Attributes:
        question: its hashes.
        sketches: the sketch behind each hash of one; they stay in this process.
    """

    question: Question
    sketches: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Own:
    """Who belongs to the organisation.

    Attributes:
        domains: its domains, in lower case.
        members: patterns of its agents' addresses.
    """

    domains: frozenset[str] = frozenset()
    members: tuple[str, ...] = ()

    def has(self, address: str) -> bool:
        """Whether an address is the organisation's."""
        domain = address.rpartition("@")[2].lower()
        return domain in self.domains or any(matches(address, pattern) for pattern in self.members)

    def others(self, addresses: Iterable[str], sender: str) -> tuple[str, ...]:
        """Those addresses that are not the organisation's, each once.

        The sender's own domain counts as the organisation's too, unless everybody is there (a provider of mailboxes).
        """
        outside = dict.fromkeys(thread.correspondent(each) for each in addresses if each and not self.has(each))
        domain = "@" + thread.correspondent(sender).rpartition("@")[2]
        return tuple(each for each in outside if not each.endswith(domain)) or tuple(outside)


@dataclass(frozen=True, slots=True)
class Keyring:
    """Makes the hashes.

    Attributes:
        secret: of the ledger; hosts that share one share it.
        own: who belongs to the organisation.
    """

    secret: bytes = field(repr=False)
    own: Own = Own()

    def letter(self, envelope: Envelope, reply: Reply, team: str, submitter: str) -> Letter | None:
        """An outgoing reply; None if it is not one to a customer or a few."""
        parties = self.own.others((path.address for path in envelope.recipients), envelope.sender.address)
        if not 0 < len(parties) <= _MOST_PARTIES:
            return None
        place = thread.place(reply.headers, reply.subject)
        hashed = {self._key("sketch", team, each)[:_KEPT_OF_SKETCH]: each for each in sketches(reply)[:_MOST_SKETCHES]}
        question = Question(
            message=self.message(reply),
            answers=self._key("message", place.answers) if place.answers else "",
            sender=self._key("sender", team, submitter),
            strands=tuple(self.strand(reply, party) for party in parties),
            relations=tuple(self._key("relation", team, party) for party in parties),
            sketches=tuple(hashed),
        )
        return Letter(question, hashed)

    def message(self, reply: Reply) -> str:
        """A message, whoever it goes to."""
        return self._key("message", thread.identity(reply))

    def strand(self, reply: Reply, party: str) -> Strand:
        """A message's place in the thread with a correspondent.

        Args:
            reply: the message.
            party: the correspondent, as `gateway.mail.thread.correspondent` gives them.
        """
        place = thread.place(reply.headers, reply.subject)
        return Strand(
            own=self._key("thread", party, thread.identity(reply)),
            topic=self._key("topic", party, place.topic) if place.topic else "",
            refers_to=tuple(self._key("thread", party, each) for each in place.refers_to),
            begins=place.begins,
        )

    def _key(self, purpose: str, *parts: str) -> str:
        return mac(self.secret, f"memory {purpose}", parts)[:_KEPT]
