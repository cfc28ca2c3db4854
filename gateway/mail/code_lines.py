# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that are code by their shape: a prompt, a time stamp, braces, an assignment, a command with arguments.

Where that is in doubt a line is prose, since code that is judged does little harm, and prose that is not judged may.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(
    r"[$#%] \S|>>> |```|~~~|\w+@[\w.-]+[:~].*[$#]|[A-Z]:\\[^ ]*>|PS [A-Z]:"  # prompts and fences
    r"|\[?(?:\d{4}-\d\d-\d\d[T ]?)?\d\d:\d\d:\d\d|\w{3} +\d+ \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d"  # logs
    r"|at [\w.$<>]+\(.*\)$|File \".*\", line \d|Traceback \(|[\w.]*(?:Error|Exception): |(?:ERROR|WARN|WARNING"
    r"|INFO|DEBUG|FATAL)\b"
    r"|[\w.\[\]-]+ ?=(?!=) ?[\w\"'/\[{<(.$-]\S*;?$|[\[{<][\w\"'/!?].*[\]}>][,;]?$|.*(?:[{}]|\)|\w\]|\"|')[;{]?$"
    r"|.*\w\(.*\);$"
    r"|(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP) .*(?:\bFROM\b|\bINTO\b|\bSET\b|\bTABLE\b|\bWHERE\b|;$)"
)
STARTS = frozenset("$#%>`~[{<}0123456789/\\")
ENDS = frozenset("{};")
_COMMAND_NAMES = (
    "sudo curl wget ssh scp rsync git npm npx yarn pip pip3 apt apt-get yum dnf brew docker docker-compose"
    " podman kubectl helm chmod"
    " chown systemctl service journalctl grep sed awk tar ping nslookup dig traceroute tracert ipconfig"
    " ifconfig netstat"
    " chkdsk sfc dism regedit mysqldump mysql psql pg_dump openssl certbot python python3 node java mvn cargo"
    " telnet nmap"
)
COMMANDS = frozenset(_COMMAND_NAMES.split())
LOG_WORDS = frozenset(
    {
        *("at", "File", "Traceback", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "FATAL", "PS"),
        *("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP"),
    }
)
_EDGES = (300, 100)
_FINISHED = frozenset(".!?…:;。！？")


def is_code(stripped: str) -> bool:
    """Whether a line without white space at its ends is code."""
    if len(stripped) > _EDGES[0] + _EDGES[1]:
        stripped = stripped[: _EDGES[0]] + stripped[-_EDGES[1] :]  # the shape shows there, and matching takes longer
    if stripped[0] in STARTS or stripped[-1] in ENDS:
        return _SHAPE.match(stripped) is not None
    word, _, rest = stripped.partition(" ")
    if word in COMMANDS:
        return bool(rest) and stripped[-1] not in _FINISHED
    return (word in LOG_WORDS or word[-1] == ":" or not rest or rest[0] == "=") and _SHAPE.match(stripped) is not None
