# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrations of the ledger's schema, run by `gateway.ledger.migrate` when a ledger is opened."""
