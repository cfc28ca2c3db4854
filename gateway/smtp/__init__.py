# SPDX-License-Identifier: GPL-3.0-or-later
"""SMTP and LMTP: the only importer of aiosmtpd and aiosmtplib."""
