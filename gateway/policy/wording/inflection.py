# SPDX-License-Identifier: GPL-3.0-or-later
"""English inflection, as far as a phrase needs it: from a base form to a pattern for all of its forms.

A table of what is irregular, and spelling rules for the rest. The rules overgenerate ("angried"): a form that nobody
writes does no harm in a pattern. What must not happen is that another word is met, so closed-class words, and words
that are no base form, stand for themselves alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Pronouns, determiners, prepositions, conjunctions, auxiliaries, adverbs and particles: never inflected.
_CLOSED_TEXT = """
    a about above after again against all almost already also although always am among an and another any anybody
    anyone anything anyway are around as at away back be because been before being below between both but by can cannot
    could did do does doing done down during each either else enough even ever every everybody everyone everything few
    for from further had has have having he her here hers herself him himself his how however i if in indeed instead
    into is it its itself just least less lot many may maybe me might mine more most much must my myself near neither
    never nobody no none nor not nothing now of off often on once one only onto or other others ought our ours
    ourselves out over own per perhaps please quite rather really same shall she should since so some somebody someone
    something soon still such than that the their theirs them themselves then there these they this those though through
    thus to together too under unless until up upon us very via was we were what whatever when where whereas whether
    which while who whoever whom whose why will with within without would yes yet you your yours yourself yourselves
    two three four five six seven eight nine ten twice hello hi dear sorry thanks afraid sure able unable aware
    """
_CLOSED = frozenset(_CLOSED_TEXT.split())

# Base form: past, participle (where they differ, both), and what else is irregular.
_IRREGULAR_VERBS = """
arise arose arisen|awake awoke awoken|bear bore borne|beat beaten|become became|begin began begun beginning|
bend bent|bet betting|bind bound|bite bit bitten|bleed bled|blow blew blown|break broke broken|breed bred|
bring brought|build built|burn burnt|burst|buy bought|catch caught|choose chose chosen|cling clung|come came|
cost|creep crept|cut cutting|deal dealt|dig dug digging|draw drew drawn|dream dreamt|drink drank drunk|
drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|fit fitting|
flee fled|fly flew flown|forbid forbade forbidden|forget forgot forgotten forgetting|forgive forgave forgiven|
freeze froze frozen|get got gotten getting|give gave given|go went gone goes|grind ground|grow grew grown|
hang hung|hear heard|hide hid hidden|hit hitting|hold held|hurt|keep kept|kneel knelt|know knew known|
lay laid|lead led|lean leant|leap leapt|learn learnt|leave left|lend lent|let letting|lie lay lain lying|
light lit|lose lost|make made|mean meant|meet met|mislead misled|misread|misunderstand misunderstood|
mistake mistook mistaken|overcome overcame|overhear overheard|oversee oversaw overseen|
overwrite overwrote overwritten|pay paid|prove proven|put putting|quit quitting|read|rebuild rebuilt|
redo redid redone|resend resent|reset resetting|rewrite rewrote rewritten|rid ridding|ride rode ridden|
ring rang rung|rise rose risen|run ran running|say said|see saw seen|seek sought|sell sold|send sent|
set setting|shake shook shaken|shed shedding|shine shone|shoot shot|show shown|shrink shrank shrunk|
shut shutting|sing sang sung|sink sank sunk|sit sat sitting|sleep slept|slide slid|speak spoke spoken|
speed sped|spell spelt|spend spent|spill spilt|spin spun spinning|split splitting|spoil spoilt|spread|
spring sprang sprung|stand stood|steal stole stolen|stick stuck|sting stung|strike struck stricken|
strive strove striven|swear swore sworn|sweep swept|swim swam swum swimming|swing swung|take took taken|
teach taught|tear tore torn|tell told|think thought|throw threw thrown|undergo underwent undergone undergoes|
understand understood|undo undid undone undoes|uninstall|upset upsetting|wake woke woken|wear wore worn|
weep wept|win won winning|wind wound|withdraw withdrew withdrawn|withhold withheld|write wrote written
"""

_IRREGULAR_NOUNS = {
    "child": ("children",),
    "foot": ("feet",),
    "half": ("halves",),
    "life": ("lives",),
    "man": ("men",),
    "person": ("people", "persons"),
    "self": ("selves",),
    "shelf": ("shelves",),
    "tooth": ("teeth",),
    "wife": ("wives",),
    "woman": ("women",),
}

# Base forms that end as if they were none.
_BASE_ALL_THE_SAME_TEXT = """
    bed bleed breed embed exceed feed need proceed seed shed speed succeed weed bring cling king ring sing spring sting
    string swing thing wing ping ceiling evening meeting morning bus gas lens plus focus status virus bonus process
    address access business class discuss dismiss express guess happiness loss mess miss pass press stress success
    apply reply supply rely fly family multiply imply comply ally bully fully
    """
_BASE_ALL_THE_SAME = frozenset(_BASE_ALL_THE_SAME_TEXT.split())

_VERBS = {fields[0]: fields[1:] for fields in (entry.split() for entry in _IRREGULAR_VERBS.split("|"))}
_NOT_BASE = frozenset(form for forms in _VERBS.values() for form in forms if form not in _VERBS) | frozenset(
    form for forms in _IRREGULAR_NOUNS.values() for form in forms
)
_SHORT_CVC = re.compile(r"(?:^|[^aeiou])[aeiouy][bdgklmnprtv]$")
_STRESSED_END_TEXT = "admit refer prefer occur submit permit commit control cancel equip regret omit label"
_STRESSED_END = frozenset(_STRESSED_END_TEXT.split())
_OUR = re.compile(r"(behavi|col|fav|hon|lab|neighb|hum|rum|endeav)(?:ou|o)r")
_ISE = re.compile(r"(?<=[a-z]{3}[iy])[sz](?=(?:e|es|ed|er|ers|ing|ation|ations)$)")


@lru_cache(maxsize=20_000)
def forms(word: str) -> tuple[str, ...]:
    """All forms of an English word in lower case, in both spellings; the word alone if it is no base form."""
    if not word.isalpha() or word in _CLOSED:
        inflected = [word]
    elif word in _VERBS:
        inflected = [word, *_VERBS[word], *_regular(word)]
    elif word in _IRREGULAR_NOUNS:
        inflected = [word, *_IRREGULAR_NOUNS[word]]
    elif len(word) < 3 or not _is_base(word):
        inflected = [word]
    else:
        inflected = [word, *_regular(word)]
    return tuple(dict.fromkeys(spelling for form in inflected for spelling in _spellings(form)))


def _is_base(word: str) -> bool:
    if word in _BASE_ALL_THE_SAME:
        return True
    return word not in _NOT_BASE and not word.endswith(("ed", "ing", "s", "ly"))


def _regular(word: str) -> list[str]:
    """The forms that English spelling gives, all that are possible."""
    stem, last = word[:-1], word[-1]
    if word.endswith("ie"):
        return [word + "s", word + "d", word[:-2] + "ying"]
    if last == "e":
        return [word + "s", word + "d", (word if stem.endswith("e") else stem) + "ing"]
    if last == "y" and stem[-1:] not in tuple("aeiou"):
        return [stem + "ies", stem + "ied", word + "ing"]
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        return [word + "es", word + "s", word + "ed", word + "ing"]
    double = [word + last + "ed", word + last + "ing"] if word in _STRESSED_END or _SHORT_CVC.search(word) else []
    return [word + "s", word + "ed", word + "ing", *double]


def _spellings(form: str) -> tuple[str, ...]:
    """British and American: -ise and -ize, -our and -or."""
    if _OUR.search(form):
        return (_OUR.sub(r"\1our", form), _OUR.sub(r"\1or", form))
    if _ISE.search(form):
        return (_ISE.sub("s", form), _ISE.sub("z", form))
    return (form,)
