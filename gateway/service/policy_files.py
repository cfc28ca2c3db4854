# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy folder, read from disk; what is wrong in it is logged, and stops nobody.

The rules that ship lie in the top-level folder `policies` of the repository. `gateway/policy/shipped` leads there, so
that an installed package carries them.
"""

from __future__ import annotations

import os
from pathlib import Path

import structlog

import gateway.policy
from gateway.policy.load import Loaded, is_policy_file, load
from gateway.policy.policies import Policies
from gateway.policy.source import SourceFile
from gateway.service.policy_cache import PolicyCache, cache_folder

_log = structlog.get_logger()


def shipped_folder() -> Path:
    """Where the rules that ship with this installation are."""
    return Path(gateway.policy.__file__).parent / "shipped"


def source_files(folder: Path) -> list[SourceFile]:
    """All policy files below a folder, in the order of their names.

    Raises:
        OSError: the folder or a file cannot be read.
    """
    found = []
    for path in sorted(folder.glob("*/*.yaml")):
        name = path.relative_to(folder).as_posix()
        if is_policy_file(name):
            found.append(SourceFile(name, path.read_text(encoding="utf-8", errors="replace")))
    return found


def load_files(files: list[SourceFile], keep: Policies | None = None) -> Loaded:
    """What files come to: from what is kept of an earlier time, else compiled now, and kept."""
    cache = PolicyCache(cache_folder(os.environ))
    loaded = load(files, keep, cache.recall)
    if loaded.prepared is not None:
        cache.keep(loaded.prepared)
    return loaded


def policies_of(folder: Path | None, before: Policies | None) -> Policies | None:
    """The policies of a folder, or those that ship; compiled once, here.

    Args:
        folder: the organisation's own; None for those that ship.
        before: what is in force; the last good version of a file that is broken stays so.

    Returns:
        None if there are none at all: mail then passes unjudged, and the log says so.
    """
    try:
        files = source_files(folder or shipped_folder())
    except OSError as error:
        _log.error("policies.unreadable", why=error.strerror)
        return before
    loaded = load_files(files, before)
    for problem in loaded.problems:
        _log.log(
            40 if problem.fatal else 30, "policy.problem", file=problem.file, line=problem.line, why=problem.message
        )
    if not loaded.policies.policies:
        _log.error("policies.none", advice="mail passes unjudged; see: bedside policy check")
        return before
    _log.info("policies.loaded", policies=len(loaded.policies.policies), digest=loaded.policies.digest)
    return loaded.policies
