# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Dovecot as an ordinary process: free loopback ports, all state in one folder, deploy/dovecot in force.

with dovecot(tmp_path, users=("anna", "ben")) as server:
    server.port, server.master_password, server.sasl_socket ...
"""

from __future__ import annotations

import asyncio
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.servers.ports import free_ports

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy" / "dovecot"

PASSWORD = "correct horse"
MASTER = "bedside"
MASTER_PASSWORD = 'a "quoted" \\ secret'


@dataclass(frozen=True)
class DovecotOptions:
    r"""What a test may want to be different.

    Attributes:
        separator: hierarchy delimiter.
        prefix: of the personal namespace, for example ``INBOX.``.
        mail_location: Dovecot's setting; ``@root@`` is replaced. None means Maildir.
        mechanisms: what AUTHENTICATE offers.
        acl: lines to put after those of deploy/dovecot/acl.
        extra: lines at the end of the configuration; ``@root@`` is replaced.
        user_fields: extra fields in the passwd-file, for all users.
    """

    separator: str = "/"
    prefix: str = ""
    mail_location: str | None = None
    mechanisms: str = "plain login"
    acl: str = ""
    extra: str = ""
    user_fields: str = ""


@dataclass
class Dovecot:
    """A Dovecot that a test started.

    Attributes:
        root: folder with all its state.
        users: login names; all have the password `PASSWORD`, and `MASTER` may open each of their mailboxes.
        port: IMAP with STARTTLS, on 127.0.0.1.
        tls_port: IMAP with TLS from the start.
        lmtp_port: LMTP.
        sasl_port: Dovecot's authentication protocol over TCP, for `smtpd_sasl_path = inet:127.0.0.1:PORT`.
        options: how it was configured.
    """

    root: Path
    users: tuple[str, ...]
    options: DovecotOptions
    port: int = 0
    tls_port: int = 0
    lmtp_port: int = 0
    sasl_port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def ca(self) -> Path:
        """The certificate authority to verify it with; its certificate is for localhost and 127.0.0.1."""
        return self.root / "ca.pem"

    @property
    def sasl_socket(self) -> Path:
        """Dovecot's authentication protocol over a Unix socket, for `smtpd_sasl_path`."""
        return self.root / "run" / "sasl"

    @property
    def log(self) -> str:
        """What it has logged so far."""
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def logged(self, words: str) -> None:
        """Wait until it has logged these words, at most 10 seconds."""
        async with asyncio.timeout(10):
            while words not in self.log:  # noqa: ASYNC110 - nothing tells us when another process writes
                await asyncio.sleep(0.02)

    def start(self) -> None:
        """Start it and wait for its greeting; the ports stay the same over restarts."""
        out = (self.root / "out.txt").open("ab")
        with out:
            self.process = subprocess.Popen(
                ["/usr/sbin/dovecot", "-F", "-c", str(self.root / "dovecot.conf")],
                stdout=out,
                stderr=out,
                cwd="/",
                # A session of its own: its imap children outlive a SIGTERM to the master, so the whole group is ended.
                start_new_session=True,
                user=_account().pw_uid if os.getuid() == 0 else None,
                group=_account().pw_gid if os.getuid() == 0 else None,
                extra_groups=[] if os.getuid() == 0 else None,
            )
        deadline = time.monotonic() + 10
        while not _greets(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("Dovecot did not start: " + self.log + (self.root / "out.txt").read_text())
            select_nothing(0.01)

    def stop(self) -> None:
        """Kill it with all its children, as a power cut would; clients see their connections close."""
        if self.process is not None:
            self._signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Let it keep its connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def doveadm(self, *arguments: str) -> str:
        """Run doveadm, without ACLs, and give what it prints."""
        return subprocess.run(
            ["/usr/bin/doveadm", "-c", str(self.root / "dovecot.conf"), "-o", "mail_plugins=", *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        ).stdout

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


def select_nothing(seconds: float) -> None:
    """Yield the processor for a moment between two looks at a condition."""
    signal.sigtimedwait((), seconds)


@contextmanager
def dovecot(
    root: Path, users: Sequence[str] = ("anna", "ben"), options: DovecotOptions | None = None
) -> Iterator[Dovecot]:
    """Run a Dovecot while the block runs.

    Args:
        root: an empty folder, for example pytest's `tmp_path`.
        users: login names.
        options: what is to differ from the usual.
    """
    root.mkdir(parents=True, exist_ok=True)
    server = Dovecot(root=root, users=tuple(users), options=options or DovecotOptions())
    for attempt in range(3):
        server.port, server.tls_port, server.lmtp_port, server.sasl_port = free_ports(4)
        _write(server)
        try:
            server.start()
            break
        except RuntimeError:
            # Somebody else on this machine may have taken a port between our look and Dovecot's.
            if attempt == 2 or "Address already in use" not in server.log:
                raise
    try:
        yield server
    finally:
        server.stop()


def _account() -> pwd.struct_passwd:
    """Whom Dovecot runs as: it refuses to serve mail as root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(2)
            return connection.recv(200).startswith(b"* OK")
    except OSError:
        return False


def _write(server: Dovecot) -> None:
    root, account = server.root, _account()
    for name in ("run", "state", "mail", "bedside"):
        (root / name).mkdir(exist_ok=True)
    values = {
        "root": str(root),
        "user": account.pw_name,
        "group": grp.getgrgid(account.pw_gid).gr_name,
        "uid": str(account.pw_uid),
        "gid": str(account.pw_gid),
        "port": str(server.port),
        "tls_port": str(server.tls_port),
        "lmtp_port": str(server.lmtp_port),
        "sasl_port": str(server.sasl_port),
        "separator": server.options.separator,
        "prefix": server.options.prefix,
        "mechanisms": server.options.mechanisms,
        "mail_location": server.options.mail_location or "maildir:@root@/mail/%u/Maildir",
        "extra": server.options.extra,
    }
    text = (Path(__file__).parent / "dovecot.conf").read_text()
    for _ in range(2):  # values may name @root@ themselves
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
    (root / "dovecot.conf").write_text(text)
    deployed = (DEPLOY / "90-bedside.conf").read_text()
    (root / "bedside.conf").write_text(deployed.replace("/etc/dovecot/bedside", str(root / "bedside")))
    (root / "bedside" / "acl").write_text((DEPLOY / "acl").read_text() + server.options.acl)
    (root / "bedside" / "masters").write_text(f"{MASTER}:{{PLAIN}}{MASTER_PASSWORD}\n")
    lines = [f"{user}:{{PLAIN}}{PASSWORD}::::::{server.options.user_fields}\n" for user in server.users]
    (root / "users").write_text("".join(lines))
    if not (root / "cert.pem").exists():
        _write_certificate(root)
    if os.getuid() == 0:
        for path in (root, *root.rglob("*")):
            shutil.chown(path, account.pw_uid, account.pw_gid)


def _write_certificate(root: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(root / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(root / "key.pem"))
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(str(root / "cert.pem"), append=number > 0)
