# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of check, one module each; `gateway.policy.checks.table` lists them."""
