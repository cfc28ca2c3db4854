# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: the only importer of SQLAlchemy."""
