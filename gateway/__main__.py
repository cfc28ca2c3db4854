# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m gateway` is the command `bedside`."""

from gateway.cli.main import main

if __name__ == "__main__":
    main()
