# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of check there is, and what makes it from a rule. A new kind: one file beside this, one line below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gateway.policy.checks import absent, density, judged, mismatch, repeats, segue, wording
from gateway.policy.checks.check import Check
from gateway.policy.maker import Key, Maker
from gateway.policy.schema.rules import RuleModel

#: A rule, its language, the family of its policy, its key in the file, and the maker: a check.
Build = Callable[[RuleModel, str, str | None, Key, Maker], Check]

CHECKS: Mapping[str, Build] = MappingProxyType(
    {
        "phrases": wording.build,
        "sequence": wording.build,
        "regex": wording.build,
        "absent": absent.build,
        "density": density.build,
        "mismatch": mismatch.build,
        "repeats": repeats.build,
        "segue": segue.build,
        "judged": judged.build,
    }
)
