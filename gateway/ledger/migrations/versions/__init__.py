# SPDX-License-Identifier: GPL-3.0-or-later
"""One file a step, in a chain; Alembic finds the order by `down_revision`."""
