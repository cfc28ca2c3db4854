# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Postfix as an ordinary process tree: its own folder, free loopback ports, services from deploy/postfix.

services = render("before-queue.master.cf.j2", submission=..., gateway=..., reinjection=..., processes=20)
with postfix(services, relay_to=sink.port) as server:
    server.log, server.queue_is_empty() ...
"""

from __future__ import annotations

import os
import pwd
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jinja2
import trustme

from tests.servers.ports import wait_for_banner

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy" / "postfix"

_MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/spool
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {root}/log
maillog_file_prefixes = /tmp
myhostname = mail.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
relayhost = {relayhost}
alias_maps =
alias_database =
smtp_host_lookup = native
smtp_dns_support_level = disabled
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_forbid_bare_newline = no
default_process_limit = 100
message_size_limit = 67108864
mailbox_size_limit = 0
smtp_destination_concurrency_limit = 50
smtpd_tls_cert_file = {root}/cert.pem
smtpd_tls_key_file = {root}/key.pem
"""

# What any Postfix has besides its network services (master(5)).
_MASTER = """\
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""

_QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")


def render(template: str, **values: object) -> str:
    """The text of a template of deploy/postfix, with every place filled in."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(DEPLOY),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - it is no HTML
    )
    return environment.get_template(template).render(values)


def submission_services(submission: int, release: int, sasl: int) -> str:
    """The services of the submission placement, whose SASL is Dovecot's, on loopback.

    Args:
        submission: port where the gateway hands on what clients submit.
        release: port for what is released.
        sasl: port of Dovecot's SASL.
    """
    return render(
        "submission.master.cf.j2",
        submission=f"127.0.0.1:{submission}",
        release=f"127.0.0.1:{release}",
        sasl=f"inet:127.0.0.1:{sasl}",
        bedside="127.0.0.1",
        processes=20,
    )


@dataclass
class Postfix:
    """A Postfix that a test started.

    Attributes:
        root: folder with all its state.
        process: its master.
    """

    root: Path
    process: subprocess.Popen[bytes]

    @property
    def ca(self) -> Path:
        """The certificate authority to verify it with; its certificate is for localhost and 127.0.0.1."""
        return self.root / "ca.pem"

    @property
    def log(self) -> str:
        """What it has logged so far."""
        path = self.root / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def queue_is_empty(self) -> bool:
        """Whether it has nothing left to deliver."""
        queues = ("incoming", "active", "deferred", "maildrop")
        return not any(path.is_file() for queue in queues for path in (self.root / "spool" / queue).rglob("*"))

    def wait_until_empty(self, seconds: float = 20) -> None:
        """Wait until everything is delivered.

        Raises:
            TimeoutError: something stays in the queue.
        """
        deadline = time.monotonic() + seconds
        while not self.queue_is_empty():
            if time.monotonic() > deadline:
                raise TimeoutError("mail stays in Postfix's queue:\n" + self.log)
            select.select([], [], [], 0.02)


def _make_folders(root: Path) -> None:
    # Daemons give up root and must still reach their files: the folder is open, unlike pytest's own.
    root.chmod(0o755)
    owner = pwd.getpwnam("postfix")
    for queue in (*_QUEUES, "maildrop", "public", "pid"):
        folder = root / "spool" / queue
        folder.mkdir(parents=True)
        if queue != "pid":
            os.chown(folder, owner.pw_uid, -1)
        folder.chmod(
            0o730 if queue == "maildrop" else 0o710 if queue == "public" else 0o755 if queue == "pid" else 0o700
        )
    (root / "data").mkdir()
    os.chown(root / "data", owner.pw_uid, -1)


def _write(root: Path, services: str, relay_to: int | None, settings: Mapping[str, str]) -> None:
    conf = root / "conf"
    conf.mkdir()
    relayhost = f"[127.0.0.1]:{relay_to}" if relay_to else ""
    main = _MAIN.format(root=root, relayhost=relayhost)
    main += "".join(f"{name} = {value}\n" for name, value in settings.items())
    (conf / "main.cf").write_text(main)
    (conf / "master.cf").write_text(_MASTER + services)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(root / "ca.pem")
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(root / "key.pem")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(root / "cert.pem", append=True)


@contextmanager
def postfix(
    services: str, ports: tuple[int, ...], relay_to: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Postfix]:
    """Run Postfix (which has to be root for it).

    Args:
        services: lines of master.cf, usually from `render`.
        ports: those among its ports that are waited for.
        relay_to: port on loopback that everything is sent on to.
        settings: further lines of main.cf.
    """
    root = Path(tempfile.mkdtemp(prefix="postfix-", dir="/tmp"))
    _make_folders(root)
    _write(root, services, relay_to, settings or {})
    with (root / "out").open("wb") as out:
        process = subprocess.Popen(
            ["/usr/lib/postfix/sbin/master", "-c", str(root / "conf"), "-d"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    server = Postfix(root, process)
    try:
        for port in ports:
            try:
                wait_for_banner(port, process, 40)
            except RuntimeError as error:
                raise RuntimeError(
                    f"Postfix did not start: {error}\n{(root / 'out').read_text()}\n{server.log}"
                ) from None
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(root, ignore_errors=True)
