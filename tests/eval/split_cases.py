# SPDX-License-Identifier: GPL-3.0-or-later
"""Other projects' fixtures of replies, and what is expected of a splitter on each.

The fixtures lie in ``../shared/corpus/eml`` and are not ours to ship. What is expected of them comes from two places:

- talon and Mailspring say it in files beside their fixtures (``*.expected_reply``, ``*.expected_signature``,
  ``*.expected_stripped``);
- for the plain texts of the other libraries ``split_roles.tsv`` says of each line whose it is, as we read it.

A split is *right* if every authored line is there and no quoted line is. Signatures and footers may be there or not,
since splitters differ in what they call one. It *loses the reply* if no authored line is there.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.mail import charsets, choose, html, mime, plain
from gateway.mail.limits import Limits
from gateway.mail.lines import Rendered
from gateway.mail.read import read

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "eml"
_QUOTED_PRINTABLE = frozenset({"mail_parser_reply/begins_with_signature.txt"})


@dataclass(frozen=True)
class Case:
    """One fixture.

    Attributes:
        name: its path in the corpus.
        source: the project that it comes from.
        content: the message, as our reader takes it.
        text: its text, as the text libraries take it.
        markup: its HTML, for libraries that take that; empty if it has none.
        authored: lines that must be there.
        quoted: lines that must not be there.
    """

    name: str
    source: str
    content: bytes
    text: str
    markup: str
    authored: tuple[str, ...]
    quoted: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """How one splitter did on one case."""

    right: bool
    lost: bool


# --- the cases ------------------------------------------------------------------------------------------------------


def cases() -> Iterator[Case]:
    """All fixtures that say, or of which we say, how they are to be split."""
    yield from _talon_mails()
    yield from _talon_signatures()
    yield from _html_with_expected_text()
    yield from _read_by_us()


def _case(name: str, text: str, authored: Iterable[str], optional: Iterable[str] = ()) -> Case:
    """A plain text of which the authored lines are known; all others that are not optional are quoted."""
    kept = tuple(line for line in authored if line.strip())
    either = {_normal(line) for line in (*kept, *optional)}
    quoted = tuple(line for line in _unmarked(text) if _normal(line) not in either)
    return Case(name, name.partition("/")[0], _as_message(text, "plain"), text, "", kept, quoted)


def _talon_mails() -> Iterator[Case]:
    for expected in sorted((CORPUS / "talon").glob("*.eml.expected_reply")):
        content = expected.with_suffix("").read_bytes()
        root = mime.tree(content, Limits()).root
        found = _first(root, "text/plain")
        markup = _first(root, "text/html")
        text = mime.text(content, found, 100_000) if found else plain_of(mime.text(content, markup or root, 100_000))
        wanted = expected.read_text().splitlines()
        if markup and wanted[0].strip() not in _unmarked(plain_of(mime.text(content, markup, 100_000))):
            content, markup = _as_message(text, "plain"), None  # its two alternatives say different things
        case = _case(
            _name(expected.with_suffix("")), text, [line for line in wanted if not _is_signature(line)], wanted
        )
        shown = mime.text(content, markup, 100_000) if markup else ""
        # Another part than the text one may be what is read; then its own lines are what must not be there.
        yield Case(case.name, "talon", content, text, shown, case.authored, case.quoted)


def _talon_signatures() -> Iterator[Case]:
    for expected in sorted((CORPUS / "talon").glob("sig_*.expected_signature")):
        text = expected.with_suffix("").read_text()
        signature = expected.read_text().splitlines()
        rest = [line for line in text.splitlines() if line not in signature]
        yield _case(_name(expected.with_suffix("")), text, rest, signature)


def _html_with_expected_text() -> Iterator[Case]:
    for expected in sorted(CORPUS.glob("*/*.html.expected_*")):
        file = expected.with_suffix("")
        markup = file.read_text(errors="replace")
        theirs = expected.read_text(errors="replace")
        if expected.suffix == ".expected_reply":
            # talon compares without white space: "Hi.Iamfine." and so on.
            wanted = [line for line in _unmarked(plain_of(markup)) if _squeezed(line) in _squeezed(theirs)]
            optional: list[str] = []
        else:
            # Mailspring leaves quotations between answers, and signatures, in what it shows.
            kept = rendered(theirs)
            optional = list(kept.lines.texts)
            ends = next((number for number, line in enumerate(optional) if _is_signature(line)), len(optional))
            own = zip(kept.lines.texts[:ends], kept.lines.depths, strict=False)
            wanted = [line for line, depth in own if not depth]
        case = _case(_name(file), plain_of(markup), wanted, optional)
        yield Case(case.name, case.source, _as_message(markup, "html"), case.text, markup, case.authored, case.quoted)


def _read_by_us() -> Iterator[Case]:
    for row in (Path(__file__).parent / "split_roles.tsv").read_text().splitlines()[1:]:
        name, _, runs = row.partition("\t")
        raw = (CORPUS / name).read_bytes()
        raw = binascii.a2b_qp(raw) if name in _QUOTED_PRINTABLE else raw
        text = charsets.decode(raw).replace("\r\n", "\n").replace("\r", "\n")
        roles = "".join(run[0] * int(run[1:]) for run in runs.split())
        lines = [line for line in plain.render(text).lines.texts if line]
        by_role = {
            letter: [line for line, role in zip(lines, roles, strict=True) if role == letter] for letter in "AQS"
        }
        yield _case(name, text, by_role["A"], by_role["S"])


def rendered(markup: str) -> Rendered:
    """HTML as a person sees it."""
    limits = Limits()
    return html.render(markup, limits.text, limits.elements)


def plain_of(markup: str) -> str:
    """HTML as text, with marks of quotation as plain text has them."""
    lines = rendered(markup).lines
    return "\n".join(
        ">" * depth + " " * bool(depth) + text for text, depth in zip(lines.texts, lines.depths, strict=True)
    )


def _first(part: mime.Part, kind: str) -> mime.Part | None:
    leaves = [leaf for choice in choose.readable(part) for leaf in choice] if part.children else [part]
    everything = [*leaves, *_leaves(part)]
    return next((leaf for leaf in everything if leaf.type == kind), None)


def _leaves(part: mime.Part) -> Iterator[mime.Part]:
    if part.children:
        for child in part.children:
            yield from _leaves(child)
    else:
        yield part


def _as_message(text: str, subtype: str) -> bytes:
    return f"Content-Type: text/{subtype}; charset=utf-8\n\n{text}".encode()


def _name(file: Path) -> str:
    return str(file.relative_to(CORPUS))


def _unmarked(text: str) -> list[str]:
    return [line for line in plain.render(text).lines.texts if line]


_SIGNATURE = re.compile(
    r"--|xxx|Sent (?:from|with) .*|-Abhishek Kona|-Andrew|This email was sent to .*|_{5,}.*|On .* wrote:", re.DOTALL
)


def _is_signature(line: str) -> bool:
    """What these fixtures have by way of signatures and footers, and one attribution that Mailspring leaves."""
    return _SIGNATURE.fullmatch(line.strip()) is not None


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _normal(line: str) -> str:
    return re.sub(r"[\W_]+", " ", line).strip().lower()


# --- the scores -----------------------------------------------------------------------------------------------------


def score(case: Case, kept: str) -> Score:
    """Whether what a splitter kept is right, and whether it lost the reply."""
    lines = {_normal(line) for line in _unmarked(kept)} - {""}
    running = _normal(kept)
    # A line that a splitter unwraps is there as well; one that also stands in the quotation says nothing.
    missing = [line for line in case.authored if _normal(line) and _normal(line) not in running]
    allowed = {_normal(line) for line in case.authored}
    leaked = [line for line in case.quoted if _normal(line) in lines and _normal(line) not in allowed]
    wanted = [line for line in case.authored if _normal(line)]
    return Score(not missing and not leaked, bool(wanted) and len(missing) == len(wanted))


def ours(case: Case) -> str:
    """What our own reader takes for authored."""
    return read(case.content).authored


def failures() -> list[str]:
    """Names of the cases that our own reader does not split as expected."""
    return [case.name for case in cases() if not score(case, ours(case)).right]
