# SPDX-License-Identifier: GPL-3.0-or-later
"""The running program: settings, supervisor, worker, keeper. The only place that builds and connects parts."""
