# SPDX-License-Identifier: GPL-3.0-or-later
"""From mail to the keyed hashes that a memory is asked with and keeps.

Each hash has a purpose and is made with the secret of the ledger, so that who has the tables and not the key can try
out no address and no sentence. Names of threads are bound to the correspondent: nobody learns of another's thread by
naming its messages, and a mailing that many customers answer makes no thread of them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.mail import thread
from gateway.mail.envelope import Envelope
from gateway.mail.mac import mac
from gateway.mail.reply import Reply
from gateway.mail.thread import Place
from gateway.policy.memory import Question, Strand
from gateway.policy.repetition import sketches
from gateway.policy.teams import matches

_SIZE = 16
"""Octets of a hash."""
_SIZE_OF_SKETCH = 8
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
    _of_memory: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the memory's key from the secret, which has other uses and may be longer than a key."""
        object.__setattr__(self, "_of_memory", bytes.fromhex(mac(self.secret, "memory", ())))

    def letter(self, envelope: Envelope, reply: Reply, team: str, submitter: str) -> Letter | None:
        """An outgoing reply; None if it is not one to a customer or a few."""
        parties = self.own.others((path.address for path in envelope.recipients), envelope.sender.address)
        if not 0 < len(parties) <= _MOST_PARTIES:
            return None
        place, identity = thread.place(reply.headers, reply.subject), thread.identity(reply)
        hashed = {
            self._key(b"sketch", team, each, size=_SIZE_OF_SKETCH): each for each in sketches(reply)[:_MOST_SKETCHES]
        }
        question = Question(
            message=self._key(b"message", identity),
            answers=self._key(b"message", place.answers) if place.answers else "",
            sender=self._key(b"sender", team, submitter),
            strands=tuple(self._strand(place, identity, party) for party in parties),
            relations=tuple(self._key(b"relation", team, party) for party in parties),
            sketches=tuple(hashed),
        )
        return Letter(question, hashed)

    def message(self, reply: Reply) -> str:
        """A message, whoever it goes to."""
        return self._key(b"message", thread.identity(reply))

    def strand(self, reply: Reply, party: str) -> Strand:
        """A message's place in the thread with a correspondent.

        Args:
            reply: the message.
            party: the correspondent, as `gateway.mail.thread.correspondent` gives them.
        """
        return self._strand(thread.place(reply.headers, reply.subject), thread.identity(reply), party)

    def _strand(self, place: Place, identity: str, party: str) -> Strand:
        return Strand(
            own=self._key(b"thread", party, identity),
            topic=self._key(b"topic", party, place.topic) if place.topic else "",
            refers_to=tuple(self._key(b"thread", party, each) for each in place.refers_to),
            begins=place.begins,
        )

    def _key(self, purpose: bytes, *parts: str, size: int = _SIZE) -> str:
        """A keyed hash (RFC 7693), hexadecimal. Each part counts with its length: ("ab", "c") is not ("a", "bc")."""
        said = "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(said, key=self._of_memory, person=purpose, digest_size=size).hexdigest()
