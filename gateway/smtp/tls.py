# SPDX-License-Identifier: GPL-3.0-or-later
"""Our certificate towards clients. A renewed one is read by the workers that follow at a reload."""

from __future__ import annotations

import ssl

from gateway.smtp.values import TlsFiles


class ServerTls:
    """A certificate with its key, loaded.

    Attributes:
        context: what handshakes are made with.
    """

    def __init__(self, files: TlsFiles) -> None:
        """Load them.

        Raises:
            OSError: a file cannot be read; as `ssl.SSLError`, the two do not fit together.
        """
        self.context = _loaded(files)


def _loaded(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(files.certificate, files.key)
    return context
