# SPDX-License-Identifier: GPL-3.0-or-later
"""What loading policies came to, kept on disk, so that a start, a reload and a command need not compile it again.

The folder is systemd's CACHE_DIRECTORY, else `bedside` below XDG_CACHE_HOME or ~/.cache. Compiled automata are run as
they are read, so only files count that this user owns, in a folder that nobody else may write to. Anything that is
amiss means that there is nothing kept; loading then takes seconds, and nothing else changes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

import gateway.mail
import gateway.policy
from gateway.policy.prepared import Prepared, from_octets, to_octets

_log = structlog.get_logger()

#: Sets of files that are kept; the oldest go first.
_KEPT = 12
_SUFFIX = ".policies"
_LIBRARIES = ("bedside", "hyperscan", "google-re2", "regex", "pydantic")


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder for what is kept, made if need be; None if there is none that is ours alone."""
    named = environment.get("CACHE_DIRECTORY", "").partition(":")[0]
    home = environment.get("HOME", "")
    base = environment.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    if not named and not base:
        return None
    folder = Path(named) if named else Path(base) / "bedside"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except OSError:
        return None
    return folder if stat.S_ISDIR(facts.st_mode) and _is_ours(facts) else None


def _is_ours(facts: os.stat_result) -> bool:
    return facts.st_uid == os.geteuid() and not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


class PolicyCache:
    """Keeps what loading came to.

    Args:
        folder: see `cache_folder`; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def recall(self, files: str) -> Prepared | None:
        """What loading the files of this digest came to; None if it is not known, or of another version."""
        if self._folder is None:
            return None
        try:
            octets = _read(self._path(self._folder, files))
            known = from_octets(octets)
        except (OSError, ValueError):
            return None
        return known if known.files == files else None

    def keep(self, prepared: Prepared) -> None:
        """Keep it, and drop what is oldest."""
        if self._folder is None:
            return
        try:
            _write(self._path(self._folder, prepared.files), to_octets(prepared))
            for old in sorted(self._folder.glob(f"*{_SUFFIX}"), key=_age)[:-_KEPT]:
                old.unlink(missing_ok=True)
        except OSError as error:
            _log.warning(
                "policies.not_kept", why=error.strerror, advice="each start compiles them; see CACHE_DIRECTORY"
            )

    @staticmethod
    def _path(folder: Path, files: str) -> Path:
        return folder / (sha256(f"{files} {_edition()}".encode()).hexdigest()[:32] + _SUFFIX)


def _read(path: Path) -> bytes:
    """The octets of a file that is ours.

    Raises:
        OSError: it is not there, or not ours.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - of a descriptor
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) or not _is_ours(facts):
            raise PermissionError("somebody else could have written it")
        return file.read()


def _write(path: Path, octets: bytes) -> None:
    """Put a file there whole, or none.

    Raises:
        OSError: it could not be written; nothing of it is left.
    """
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(octets)
            file.flush()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


@cache
def _edition() -> str:
    """What the outcome depends on beside the files: our code, and the libraries that compile."""
    digest = sha256(" ".join(version(each) for each in _LIBRARIES).encode())
    for package in (gateway.policy, gateway.mail):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
