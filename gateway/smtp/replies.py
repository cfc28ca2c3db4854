# SPDX-License-Identifier: GPL-3.0-or-later
"""What we say in our own name (RFC 5321 4.2, RFC 3463). Everything else is upstream's word."""

from __future__ import annotations

from gateway.mail.server_reply import ServerReply

_of = ServerReply.of

OK = _of(250, "2.0.0 Ok")
BYE = _of(221, "2.0.0 Bye")
GO_AHEAD = _of(354, "End data with <CR><LF>.<CR><LF>")
READY_FOR_TLS = _of(220, "2.0.0 Ready to start TLS")
HELP = _of(214, "2.0.0 See https://www.rfc-editor.org/rfc/rfc5321")
WILL_TRY = _of(252, "2.0.0 Cannot verify it, but will take a message for it")

FAILURE = _of(451, "4.3.0 Something went wrong here; please try again")
TIMED_OUT = _of(421, "4.4.2 Waited too long; closing connection")
CROWDED = _of(421, "4.3.2 Too many connections; please try again later")
PUSHY = _of(421, "4.7.0 Too many connections from your address; please try again later")
STOPPING = _of(421, "4.3.2 Service is restarting; please try again")
TOO_FAST = _of(421, "4.7.0 Too many commands a minute; closing connection")
TOO_MANY_ERRORS = _of(421, "4.7.0 Too many errors; closing connection")
TOO_MUCH_JUNK = _of(421, "4.7.0 Too many commands without a mail; closing connection")
UPSTREAM_GONE = _of(421, "4.4.2 The next mail server closed the connection; please try again")
NO_ROOM = _of(452, "4.3.1 Not enough room for a message just now; please try again")
TOO_MANY_RECIPIENTS = _of(452, "4.5.3 Too many recipients in one transaction")
NOT_AUTHORIZED = _of(550, "5.7.0 Not authorized")

BAD_CHARACTERS = _of(500, "5.5.2 Control character in a command")
BARE_NEWLINE = _of(500, "5.5.2 A command ends with CR LF")
LINE_TOO_LONG = _of(500, "5.5.6 Line too long")
UNKNOWN_COMMAND = _of(500, "5.5.1 Command not recognized")
SYNTAX_HELLO = _of(501, "5.5.4 Syntax: EHLO hostname")
SYNTAX_MAIL = _of(501, "5.5.4 Syntax: MAIL FROM:<address> [parameters]")
SYNTAX_RCPT = _of(501, "5.5.4 Syntax: RCPT TO:<address> [parameters]")
SYNTAX_AUTH = _of(501, "5.5.4 Syntax: AUTH mechanism [initial-response]")
AUTH_BROKEN_OFF = _of(501, "5.7.0 Authentication broken off")
SYNTAX_ATTRIBUTES = _of(501, "5.5.4 Bad attribute or value")
NO_ARGUMENT = _of(501, "5.5.4 This command takes no argument")
NOT_IMPLEMENTED = _of(502, "5.5.1 Command not implemented")
NO_TLS = _of(502, "5.5.1 TLS is not available here, or not again")
HELLO_FIRST = _of(503, "5.5.1 Send EHLO first")
NESTED_MAIL = _of(503, "5.5.1 A transaction is open already")
MAIL_FIRST = _of(503, "5.5.1 Send MAIL first")
RCPT_FIRST = _of(503, "5.5.1 Send RCPT first")
NO_VALID_RECIPIENTS = _of(554, "5.5.1 No valid recipients")
AUTH_NOT_HERE = _of(503, "5.5.1 AUTH is not available now")
UNKNOWN_MECHANISM = _of(504, "5.5.4 Authentication mechanism not offered")
AUTH_REQUIRED = _of(530, "5.7.0 Authentication required")
ENCRYPTION_REQUIRED = _of(538, "5.7.11 Encryption required for authentication")
DENIED = _of(554, "5.7.1 Access denied")
TOO_BIG = _of(552, "5.3.4 Message is bigger than this server takes")
LOOP = _of(554, "5.4.6 Message has been here before: routing loop")
