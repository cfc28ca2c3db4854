# SPDX-License-Identifier: GPL-3.0-or-later
"""How the judge is taught and measured: needs the extra `train` (torch); nothing here runs in the gateway."""
