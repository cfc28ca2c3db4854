# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail as values: the envelope, the bytes, and what a person would read in them. No io."""
