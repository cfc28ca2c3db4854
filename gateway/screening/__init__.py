# SPDX-License-Identifier: GPL-3.0-or-later
"""One message on its way: read, judged, then relayed or held."""
