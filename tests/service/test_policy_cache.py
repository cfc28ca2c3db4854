# SPDX-License-Identifier: GPL-3.0-or-later
"""What loading policies came to is taken over where it is ours and fits, and made anew everywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.load import Loaded, load
from gateway.policy.prepared import from_octets, to_octets
from gateway.service.policy_cache import PolicyCache, cache_folder
from tests.policy.texts import SHARED, excerpts, phrases, policy

FILES = [
    *SHARED,
    policy("when: {inbound_level: '>= 2'}\neffective: 2026-01-01\n" + phrases("<customer> ...3 lost it", "your fault")),
    policy("rules: [{name: few, regex: '\\bhad you \\w+'}]\n", id="blame/expert"),
    policy(phrases("nothing of the kind"), id="blame/failing"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = cache_folder({"CACHE_DIRECTORY": str(tmp_path / "kept")})
    assert made is not None
    return made


def through(folder: Path | None) -> Loaded:
    """Load with a cache in this folder, as a start does."""
    cache = PolicyCache(folder)
    loaded = load(FILES, None, cache.recall)
    if loaded.prepared is not None:
        cache.keep(loaded.prepared)
    return loaded


def test_the_second_start_takes_over_what_the_first_came_to(folder: Path) -> None:
    first, second = through(folder), through(folder)
    assert (first.prepared is None, second.prepared is None) == (False, True)
    assert second.problems == first.problems
    assert second.policies.failing == first.policies.failing
    assert second.policies.failing.keys() >= {"blame/failing"}
    assert second.policies.digest == first.policies.digest
    assert [each.effective for each in second.policies.policies] == [each.effective for each in first.policies.policies]
    text = "Had you asked, you would not have lost it. Your fault, it's your fault."
    assert excerpts(second.policies, text) == excerpts(first.policies, text) != []


def test_a_changed_file_is_compiled_anew(folder: Path) -> None:
    through(folder)
    changed = [*FILES[:-1], policy(phrases("something else"), id="blame/failing")]
    assert load(changed, None, PolicyCache(folder).recall).prepared is not None


def test_broken_files_are_never_kept(folder: Path) -> None:
    assert load([*FILES, policy("rules: 3\n", id="blame/broken")], None, PolicyCache(folder).recall).prepared is None


@pytest.mark.parametrize(("old", "new"), [(b"2", b"3"), (b"your fault", b"no fault"), (b"\n", b"")])
def test_a_file_that_is_not_as_it_was_written_is_as_good_as_none(folder: Path, old: bytes, new: bytes) -> None:
    through(folder)
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes().replace(old, new))
    assert through(folder).prepared is not None
    assert through(folder).prepared is None


def test_what_somebody_else_may_write_to_is_not_read(folder: Path, tmp_path: Path) -> None:
    through(folder)
    (kept,) = folder.iterdir()
    kept.chmod(0o660)
    assert through(folder).prepared is not None
    (tmp_path / "aside").symlink_to(folder)
    assert cache_folder({"CACHE_DIRECTORY": str(tmp_path / "aside")}) is None
    folder.chmod(0o777)
    assert cache_folder({"CACHE_DIRECTORY": str(folder)}) is None


def test_the_folder_is_systemds_else_the_users(tmp_path: Path) -> None:
    systemd, user = str(tmp_path / "var"), str(tmp_path / "user")
    assert cache_folder({"CACHE_DIRECTORY": systemd, "XDG_CACHE_HOME": user}) == tmp_path / "var"
    assert cache_folder({"XDG_CACHE_HOME": user}) == tmp_path / "user" / "bedside"
    assert cache_folder({"HOME": user}) == tmp_path / "user" / ".cache" / "bedside"
    assert cache_folder({}) is None
    assert cache_folder({"CACHE_DIRECTORY": "/proc/none"}) is None


def test_without_a_folder_everything_is_compiled() -> None:
    assert through(None).prepared is not None


def test_octets_of_another_kind_are_refused() -> None:
    prepared = load(FILES).prepared
    assert prepared is not None
    assert from_octets(to_octets(prepared)).sieves == prepared.sieves
    for octets in (b"", b"[]\n{}\n", to_octets(prepared)[:-1], to_octets(prepared)[3:]):
        with pytest.raises(ValueError, match=r"."):
            from_octets(octets)
