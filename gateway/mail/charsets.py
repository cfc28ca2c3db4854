# SPDX-License-Identifier: GPL-3.0-or-later
"""Octets to text, whatever the label says (RFC 2046 4.1.2; labels as browsers and mail clients take them).

A label is evidence, not truth. Three things are commonly wrong with it, and each has one answer here:

- *Narrower than the text.* ``us-ascii`` and ``iso-8859-1`` over UTF-8 octets: octets that are valid UTF-8 and hold
  at least one character outside ASCII are UTF-8; single-octet text that passes that test by chance is next to unknown.
- *The standard's name for a vendor's superset.* ``iso-8859-1`` means windows-1252, ``gb2312`` means GB 18030,
  ``shift_jis`` cp932, ``ks_c_5601-1987`` cp949 (the WHATWG encoding table does the same).
- *Unknown or absent.* UTF-8 if it is valid, else windows-1252.

Only character encodings are let in: Python's codecs also offer ``zlib`` or ``unicode_escape``, and ``punycode`` and
``idna`` take quadratic time.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Labels that stand for a superset in practice, by the name that codecs.lookup gives.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "utf-16-le": "utf-16-le",
}
# Labels that Python does not know, or knows as something else.
_OTHER_NAMES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ansi_x3.110-1983": "cp1252",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "x-unknown": "",
    "unknown-8bit": "",
    "default": "",
    "utf8mb4": "utf-8",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "unicode-1-1-utf-7": "utf-7",
}
_REFUSED = frozenset(
    {
        "idna", "punycode", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape", "unicode-escape",
        "undefined", "mbcs", "oem", "rot13", "base64", "bz2", "hex", "quopri", "uu", "zlib",
    }
)  # fmt: skip
# Octets that these leave undefined are rare enough to show as they are.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # UTF-7 can spell them, and nothing can write them
_SINGLE_OCTET_LATIN = frozenset({"cp1252", "cp1254"})


@lru_cache(maxsize=256)
def codec(label: str) -> str | None:
    """Python's codec for a charset label; None if the label says nothing that can be used."""
    name = label.strip().strip("\"'").lower()
    name = _OTHER_NAMES.get(name, name)
    if not name or len(name) > 40 or not name.isascii():
        return None
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError, UnicodeError):
        return None
    if found in _REFUSED:
        return None
    return _SUPERSETS.get(found, found)


def decode(octets: bytes, label: str = "") -> str:
    """The text of `octets`, which claim to be in charset `label`. Never raises.

    Octets that the encoding cannot mean become U+FFFD; a byte order mark is taken off.
    """
    name = codec(label)
    if name is None or name in _SINGLE_OCTET_LATIN or name == "utf-8":
        return _utf8_or_latin(octets, name or "cp1252")
    try:
        return _LONE_SURROGATE.sub("\ufffd", octets.decode(name)).removeprefix("\ufeff")
    except (UnicodeError, ValueError):
        pass
    try:
        return octets.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return _LONE_SURROGATE.sub("\ufffd", octets.decode(name, "replace")).removeprefix("\ufeff")


def _utf8_or_latin(octets: bytes, name: str) -> str:
    try:
        return octets.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        # UTF-8 with a few broken octets (cut by a relay, or joined from two sources) stays UTF-8.
        if name == "utf-8" and _mostly_utf8(octets, fault.start):
            return octets.decode("utf-8", "replace").removeprefix("\ufeff")
    single = name if name in _SINGLE_OCTET_LATIN else "cp1252"
    try:
        return octets.decode(single)
    except UnicodeDecodeError:
        return octets.decode("latin-1") if single == "cp1252" else octets.decode(single, "replace")


def _mostly_utf8(octets: bytes, first_fault: int) -> bool:
    """Whether more multi-octet characters are whole than broken in the neighbourhood of the first fault."""
    sample = octets[max(0, first_fault - 4096) : first_fault + 4096]
    text = sample.decode("utf-8", "replace")
    whole = sum(1 for character in text if character > "\x7f" and character != "\ufffd")
    return whole > text.count("\ufffd")
