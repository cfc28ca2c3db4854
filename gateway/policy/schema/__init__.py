# SPDX-License-Identifier: GPL-3.0-or-later
"""The format of policy, word and act files as pydantic models; the JSON Schema for editors comes from them."""
