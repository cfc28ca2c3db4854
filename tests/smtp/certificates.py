# SPDX-License-Identifier: GPL-3.0-or-later
"""Throw-away certificates for localhost and 127.0.0.1."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from gateway.smtp.values import TlsFiles


def write_certificate(authority: trustme.CA, folder: Path, *names: str) -> TlsFiles:
    """Issue a certificate and write it there, over what was there."""
    issued = authority.issue_cert(*(names or ("localhost", "127.0.0.1")))
    certificate, key = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    return TlsFiles(str(certificate), str(key))


@contextmanager
def certificate(authority: trustme.CA) -> Iterator[TlsFiles]:
    """A certificate in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield write_certificate(authority, Path(folder))


def client_context(authority: trustme.CA) -> ssl.SSLContext:
    """What a client believes that trusts this authority alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context
