# SPDX-License-Identifier: GPL-3.0-or-later
"""Alembic runs this for every command; the connection comes from `gateway.ledger.migrate`."""

from __future__ import annotations

from alembic import context

from gateway.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
