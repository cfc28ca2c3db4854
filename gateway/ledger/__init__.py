# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger on SQLite or PostgreSQL: the only importer of SQLAlchemy.

`gateway.ledger.store.open_ledger` is the way in.
"""
