# SPDX-License-Identifier: GPL-3.0-or-later
"""Exit statuses of the command, after sysexits.h, so that scripts and systemd can tell what to do next."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command ends with."""

    FOUND = 1
    """It did its work, and there is something to look at: a failed example, a finding that was asked for."""
    USAGE = 2
    """The command line cannot be understood."""
    INPUT = 65
    """A file given cannot be used."""
    UNAVAILABLE = 69
    """Something that is needed is not there: a port is taken, a server does not answer."""
    TEMPORARY = 75
    """Try again later."""
    CONFIG = 78
    """The settings are wrong."""
