# SPDX-License-Identifier: GPL-3.0-or-later
"""Making sieves: from the patterns of policies to their automata, and from there to octets and back.

An automaton takes up to a second to compile and a moment to read, so whoever loads policies may keep it. What is kept
is a `Packed`: JSON for the tables, octets of Hyperscan's for the automata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import hyperscan

from gateway.policy.acts import Act
from gateway.policy.lines import Form
from gateway.policy.matcher import ExpertMatcher, Matcher, WordingMatcher, is_plain
from gateway.policy.policies import Policy
from gateway.policy.sieve import Sieve, Sieves, Use, automaton, expert_automaton, pack, unpack
from gateway.policy.wording.literals import Chooser, Group, Needed
from gateway.policy.wording.render import Lexicon


@dataclass(frozen=True, slots=True)
class Kept:
    """A sieve in plain values: numbers count in all patterns of its policies.

    Attributes:
        use: see `Sieve`.
        form: likewise.
        matchers: numbers of its patterns.
        groups: for each of them, numbers that count in `tokens`.
        tokens: all groups.
        table: see `Sieve`; numbers of patterns.
        automaton: octets.
    """

    use: str
    form: str
    matchers: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    tokens: tuple[tuple[str, ...], ...]
    table: tuple[tuple[int, ...], ...]
    automaton: bytes


def uses(policies: Sequence[Policy], acts: Iterable[Act]) -> list[tuple[Use, list[Matcher]]]:
    """What patterns are used for; one that stands in several rows is in the first of them."""
    acts = list(acts)
    rules = [rule for policy in policies for rule in policy.rules]
    nones = set(chain.from_iterable([*(act.none for act in acts), *(rule.none for rule in rules)]))
    rest = all_of(policies, acts)
    return [
        (Use.ALWAYS, [matcher for rule in rules for matcher in rule.check.matchers]),
        *((Use.WHOLE, [matcher for way in act.ways for matcher in way.matchers]) for act in acts),
        (Use.WHOLE, [matcher for matcher in rest if matcher not in nones]),
        (Use.LINE, rest),
    ]


def all_of(policies: Iterable[Policy], acts: Iterable[Act]) -> list[Matcher]:
    """Every pattern, once, in an order that loading the same files repeats."""
    parts = [*(policy.matchers for policy in policies), *(act.matchers for act in acts)]
    return list(dict.fromkeys(chain.from_iterable(parts)))


def sieves(uses: Iterable[tuple[Use, Iterable[Matcher]]]) -> Sieves:
    """One sieve a use, form and row of patterns; a pattern that is in several rows counts in the first."""
    choosers = _Choosers()
    held: dict[Matcher, None] = {}
    made: list[Sieve] = []
    for use, matchers in uses:
        new = [each for each in dict.fromkeys(matchers) if each not in held]
        held.update(dict.fromkeys(new))
        made += _sieves(new, choosers, use)
    return joined(made)


def joined(made: Iterable[Sieve]) -> Sieves:
    """Several sieves as one value."""
    row = tuple(made)
    return Sieves(row, {matcher: sieve for sieve in row for matcher in sieve.matchers})


class _Choosers:
    """One chooser a lexicon."""

    def __init__(self) -> None:
        self._known: dict[int, Chooser] = {}

    def of(self, lexicon: Lexicon) -> Chooser:
        return self._known.setdefault(id(lexicon), Chooser(lexicon))


def _sieves(matchers: Sequence[Matcher], choosers: _Choosers, use: Use) -> Iterator[Sieve]:
    wordings = [each for each in matchers if isinstance(each, WordingMatcher)]
    for form in (Form.ENGLISH, Form.OTHER):
        spoken = [each for each in wordings if (each.lexicon.language == "en") == (form is Form.ENGLISH)]
        needs = {each: choosers.of(each.lexicon).needed(each.phrase) for each in spoken}
        yield from _of_wordings(form, {each: need for each, need in needs.items() if need.literals}, use)
    experts = [each for each in matchers if isinstance(each, ExpertMatcher) and is_plain(each.written)]
    yield from _of_experts(experts, use)


def _of_wordings(form: Form, needs: Mapping[Matcher, Needed], use: Use) -> Iterator[Sieve]:
    users: dict[bytes, list[Matcher]] = {}
    for matcher, need in needs.items():
        for literal in sorted(need.literals or ()):
            users.setdefault(literal, []).append(matcher)
    if users:
        groups = {matcher: need.groups for matcher, need in needs.items() if need.groups}
        table = {entry: number for number, entry in enumerate(dict.fromkeys(map(tuple, users.values())))}
        literals = {literal: table[tuple(them)] for literal, them in users.items()}
        yield Sieve(use, form, tuple(needs), groups, tuple(table), automaton(literals))


def _of_experts(experts: Sequence[ExpertMatcher], use: Use) -> Iterator[Sieve]:
    """One sieve for all that Hyperscan can read."""
    if not experts:
        return
    try:
        made = expert_automaton([each.written for each in experts])
    except hyperscan.HyperscanError:
        # One of them is beyond Hyperscan. Halving finds it soon, and keeps the others together.
        half = len(experts) // 2
        if half:
            yield from _of_experts(experts[:half], use)
            yield from _of_experts(experts[half:], use)
        return
    table = tuple((expert,) for expert in experts)
    yield Sieve(use, Form.FOLDED, tuple(experts), {}, table, made)


def kept(made: Sieves, matchers: Iterable[Matcher]) -> tuple[Kept, ...]:
    """Sieves in plain values; `matchers` are all patterns of their policies, in an order that loading repeats."""
    numbers = {matcher: number for number, matcher in enumerate(matchers)}
    return tuple(_kept(sieve, numbers) for sieve in made.all)


def _kept(sieve: Sieve, numbers: Mapping[Matcher, int]) -> Kept:
    groups = {group: number for number, group in enumerate(dict.fromkeys(chain.from_iterable(sieve.groups.values())))}
    return Kept(
        use=sieve.use.value,
        form=sieve.form.value,
        matchers=tuple(numbers[each] for each in sieve.matchers),
        groups=tuple(
            tuple(groups[group] for group in row) for row in (sieve.groups.get(each, ()) for each in sieve.matchers)
        ),
        tokens=tuple(tuple(sorted(token.decode() for token in group)) for group in groups),
        table=tuple(tuple(numbers[each] for each in entry) for entry in sieve.table),
        automaton=pack([sieve.automaton])[0],
    )


def restored(rows: Iterable[Kept], matchers: Sequence[Matcher]) -> Sieves:
    """What `kept` was given.

    Raises:
        ValueError: it does not fit these patterns, or this version or processor.
    """
    try:
        return joined(_restored(row, matchers) for row in rows)
    except (hyperscan.HyperscanError, IndexError) as trouble:
        raise ValueError(f"kept sieves do not fit: {trouble}") from None


def _restored(row: Kept, matchers: Sequence[Matcher]) -> Sieve:
    groups: list[Group] = [frozenset(token.encode() for token in tokens) for tokens in row.tokens]
    held = [matchers[number] for number in row.matchers]
    needs = {
        matcher: tuple(groups[number] for number in numbers)
        for matcher, numbers in zip(held, row.groups, strict=True)
        if numbers
    }
    table = tuple(tuple(matchers[number] for number in entry) for entry in row.table)
    return Sieve(Use(row.use), Form(row.form), tuple(held), needs, table, unpack(row.automaton))
