# SPDX-License-Identifier: GPL-3.0-or-later
"""Our certificate towards clients; it can be renewed while sessions go on."""

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
        self._files = files
        self.context = _loaded(files)

    def reload(self) -> None:
        """Load the files anew; sessions that begin from now on see the new certificate.

        Raises:
            OSError: as above; the old certificate stays in force.
        """
        _loaded(self._files)
        self.context.load_cert_chain(self._files.certificate, self._files.key)


def _loaded(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(files.certificate, files.key)
    return context
