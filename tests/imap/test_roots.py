# SPDX-License-Identifier: GPL-3.0-or-later
"""Few names that stand for many folders."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.imap.roots import broader, roots_of

NAMES = st.sets(st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=4).map("/".join), max_size=12)


def covered(name: str, roots: tuple[str, ...]) -> bool:
    return any(name == root or name.startswith(f"{root}/") for root in roots)


@given(NAMES)
def test_every_folder_lies_below_one_of_its_roots_and_no_root_below_another(names: set[str]) -> None:
    for roots in broader(roots_of(names, "/"), "/"):
        assert all(covered(name, roots) for name in names)
        assert not any(covered(one, tuple(set(roots) - {one})) for one in roots)


@given(NAMES)
def test_each_step_has_fewer_names_and_the_last_has_top_folders_only(names: set[str]) -> None:
    steps = list(broader(roots_of(names, "/"), "/"))
    assert all(len(one) > len(next_) for one, next_ in pairwise(steps))
    assert len(steps[-1]) == len({name.partition("/")[0] for name in names})


def test_two_hundred_mailboxes_of_two_roles_are_one_name_in_the_end() -> None:
    names = {f"Teams/t{n}/{folder}" for n in range(200) for folder in ("Quarantine", "Quarantine/Done", "Lead/Q")}
    assert [len(roots) for roots in broader(roots_of(names, "/"), "/")] == [400, 200, 1]


def test_a_server_without_hierarchy_has_each_folder_for_itself() -> None:
    assert list(broader(roots_of({"b", "a"}, ""), "")) == [("a", "b")]
