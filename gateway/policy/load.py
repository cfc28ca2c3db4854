# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading: from the files of a policy folder to the policies in force, one bad file never harming another.

The order is: word files, act files, policy files. Of a file that is broken, the last good version stays in force if
there is one. The result is a new value each time; nothing that is in use is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from gateway.policy import compile as compiling
from gateway.policy import index, sieving, word_classes
from gateway.policy.acts import Act
from gateway.policy.examples import proven
from gateway.policy.maker import Maker
from gateway.policy.matcher import Matcher, WordingMatcher, of_phrase
from gateway.policy.policies import Policies, Policy
from gateway.policy.prepared import Prepared, digest_of
from gateway.policy.schema.files import ActFile, PolicyFile, WordFile
from gateway.policy.sieve import Sieves
from gateway.policy.source import BrokenFile, Document, Problem, SourceFile
from gateway.policy.wording.render import Lexicon

#: Files that are read: YAML outside `corpus/` and hidden places.
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a folder.

    Attributes:
        policies: those in force.
        problems: everything that is wrong, in the order of files and lines.
        prepared: for the next time that these files are loaded; None if one of them is broken, or if it is not new.
    """

    policies: Policies
    problems: tuple[Problem, ...]
    prepared: Prepared | None = None


def is_policy_file(path: str) -> bool:
    """Whether a path below a policy folder is read."""
    parts = path.split("/")
    return path.endswith(_SUFFIXES) and parts[0] != "corpus" and not any(part.startswith(".") for part in parts)


def load(
    files: Iterable[SourceFile], keep: Policies | None = None, recall: Callable[[str], Prepared | None] = lambda _: None
) -> Loaded:
    """The policies of some files.

    Args:
        files: of a folder; those that hold no policy are passed over.
        keep: what is in force; the last good version of a file that is broken stays so.
        recall: gives what loading files of this digest came to before (`gateway.policy.prepared.digest_of`), if known.
    """
    read = sorted((file for file in files if is_policy_file(file.path)), key=lambda file: file.path)
    digest = digest_of(read)
    prepared = recall(digest)
    if prepared is not None:
        try:
            return _Loading(keep or Policies(), digest, prepared).run(read)
        except (BrokenFile, ValueError):  # kept by another version, whatever it says: begin from the files
            pass
    return _Loading(keep or Policies(), digest, None).run(read)


class _Loading:
    def __init__(self, keep: Policies, digest: str, prepared: Prepared | None) -> None:
        self.keep = keep
        self.digest = digest
        self.prepared = prepared
        self.trees: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self.kept: set[str] = set()
        self.digests: dict[str, str] = {}
        self.words: dict[str, WordFile] = {}
        self.matchers: dict[tuple[str, str], Matcher] = {}

    def run(self, files: list[SourceFile]) -> Loaded:
        for file in files:
            self.digests[file.path] = sha256(file.text.encode("utf-8", "surrogatepass")).hexdigest()
        lexicons = self._lexicons([file for file in files if file.path.startswith("words/")])
        act_files = self._act_files([file for file in files if file.path.startswith("acts/")])
        acts = self._acts(act_files, lexicons)
        maker_acts = frozenset(acts)
        policies = self._policies(
            [file for file in files if not file.path.startswith(("words/", "acts/"))], lexicons, maker_acts
        )
        made = self._in_force(policies, acts)
        problems = tuple(sorted(self.problems, key=_order))
        return Loaded(made, problems, self._to_keep(made, problems))

    def _to_keep(self, made: Policies, problems: tuple[Problem, ...]) -> Prepared | None:
        if self.prepared is not None or any(problem.fatal for problem in problems):
            return None
        sieves = sieving.kept(made.index.sieves, sieving.all_of(made.policies, made.acts.values()))
        return Prepared(self.digest, self.trees, sieves, made.failing, made.stopped, problems)

    def _document(self, file: SourceFile) -> Document:
        """A file, read; or what is known of it."""
        document = Document(file, None if self.prepared is None else self.prepared.trees[file.path])
        self.trees[file.path] = document.tree
        return document

    def _maker(self, lexicons: Mapping[str, Lexicon], acts: frozenset[str]) -> Maker:
        make = of_phrase if self.prepared is None else WordingMatcher
        return Maker(lexicons, acts, make, made=self.matchers)

    def _sieves(self, policies: list[Policy], acts: Mapping[str, Act]) -> Sieves:
        if self.prepared is None:
            return sieving.sieves(sieving.uses(policies, acts.values()))
        return sieving.restored(self.prepared.sieves, sieving.all_of(policies, acts.values()))

    def _in_force(self, policies: list[Policy], acts: Mapping[str, Act]) -> Policies:
        lines = "".join(f"{path} {digest}\n" for path, digest in sorted(self.digests.items()))
        made = Policies(
            policies=tuple(policies),
            acts=acts,
            words=dict(self.words),
            index=index.build(policies, self._sieves(policies, acts)),
            digest=sha256(lines.encode()).hexdigest()[:16],
            files=dict(self.digests),
            kept=frozenset(self.kept),
        )
        if self.prepared is not None:
            self.problems = list(self.prepared.problems)
            return replace(made, failing=self.prepared.failing, stopped=self.prepared.stopped)
        made, stopped = proven(made)
        for trouble in stopped:
            why = f"the rule {trouble.rule} is out of service: on an example its pattern {trouble.reason}"
            self.problems.append(Problem(f"{trouble.policy}.yaml", 1, 1, "rules", why, fatal=False))
        for policy_id, reasons in made.failing.items():
            for reason in reasons:
                self.problems.append(
                    Problem(f"{policy_id}.yaml", 1, 1, "examples", f"in shadow, since {reason}", fatal=False)
                )
        return made

    # --- words ---

    def _lexicons(self, files: list[SourceFile]) -> dict[str, Lexicon]:
        for file in files:
            for words in self._word_file(file):
                self.words[file.path] = words
        made, notes = word_classes.lexicons(self.words)
        for path, note in notes:
            self._note(path, note)
        return made

    def _word_file(self, file: SourceFile) -> list[WordFile]:
        """The file, or its last good version, or nothing."""
        try:
            document = self._document(file)
            words = document.validate(WordFile)
            word_classes.check(document, words)
        except BrokenFile as trouble:
            known = self.keep.words.get(file.path)
            self._broken(file, trouble, known is not None)
            return [] if known is None else [known]
        return [words]

    # --- acts ---

    def _act_files(self, files: list[SourceFile]) -> list[tuple[Document, ActFile]]:
        found = []
        for file in files:
            try:
                found.append(self._act_file(file))
            except BrokenFile as trouble:
                self._broken(file, trouble, _act_of(file.path) in self.keep.acts)
        return found

    def _act_file(self, file: SourceFile) -> tuple[Document, ActFile]:
        document = self._document(file)
        model = document.validate(ActFile)
        if model.act != _act_of(file.path):
            raise BrokenFile(document.problem(("act",), f"act “{model.act}” belongs in acts/{model.act}.yaml"))
        return document, model

    def _acts(self, files: list[tuple[Document, ActFile]], lexicons: Mapping[str, Lexicon]) -> dict[str, Act]:
        acts = {_act_of(path): self.keep.acts[_act_of(path)] for path in self.kept if path.startswith("acts/")}
        for document, model in files:
            maker = self._maker(lexicons, frozenset())
            made = compiling.act(model, maker)
            if maker.mistakes:
                trouble = BrokenFile(*(document.problem(key, message) for key, message in maker.mistakes))
                known = self.keep.acts.get(model.act)
                self._broken(SourceFile(document.path, ""), trouble, known is not None)
                if known is not None:
                    acts[model.act] = known
            else:
                acts[model.act] = made
        return acts

    # --- policies ---

    def _policies(self, files: list[SourceFile], lexicons: Mapping[str, Lexicon], acts: frozenset[str]) -> list[Policy]:
        found = []
        for file in files:
            try:
                found.append(self._policy(file, self._maker(lexicons, acts)))
            except BrokenFile as trouble:
                known = self.keep.find(_id_of(file.path))
                self._broken(file, trouble, known is not None)
                if known is not None:
                    found.append(known)
        return sorted(found, key=lambda policy: policy.id)

    def _policy(self, file: SourceFile, maker: Maker) -> Policy:
        document = self._document(file)
        model = document.validate(PolicyFile)
        if model.id != _id_of(file.path):
            raise BrokenFile(document.problem(("id",), f"the id follows the path: here it is {_id_of(file.path)}"))
        made = compiling.policy(model, maker)
        if maker.mistakes:
            raise BrokenFile(*(document.problem(key, message) for key, message in maker.mistakes))
        return made

    # --- problems ---

    def _broken(self, file: SourceFile, trouble: BrokenFile, known: bool) -> None:  # noqa: FBT001 - told apart by its name
        self.problems.extend(trouble.problems)
        self.digests.pop(file.path, None)
        if known:
            self.kept.add(file.path)
            self.digests[file.path] = self.keep.files.get(file.path, "")

    def _note(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, 1, 1, "", message, fatal=False))


def _id_of(path: str) -> str:
    return path.rpartition(".")[0]


def _act_of(path: str) -> str:
    return _id_of(path).removeprefix("acts/")


def _order(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column
