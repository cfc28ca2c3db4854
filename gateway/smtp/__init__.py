# SPDX-License-Identifier: GPL-3.0-or-later
"""SMTP on both sides: the listener that clients speak to, and the legs to upstream.

Alone in importing aiosmtpd, whose reader of PROXY headers serves; `connection` says why no more of it does.

How a message travels: `server` takes opened sockets and makes a `session` for each connection; its `dialogue` answers
the commands with what `upstream` says to them (`pool`, `leg`), reads the message (`data`, `message`) and asks the
Screener, which ends the `transaction`. `route` is the way of our own on which released mail leaves.
"""
