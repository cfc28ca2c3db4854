# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Thunderbird without a screen, driven through Marionette, its own remote control; nothing is added to it.

with thunderbird(home, dovecot, "anna") as client:
    client.messages("Quarantine")
    client.move("Quarantine", "Quarantine/Release")
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.ports import free_port

_START = """
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const root = MailServices.accounts.accounts[0].incomingServer.rootFolder;
const done = arguments[arguments.length - 1];
const listener = then => ({ OnStartRunningUrl() {}, OnStopRunningUrl(url, status) { then(status); } });
const find = name => root.descendants.find(f => decodeURIComponent(f.URI).endsWith("/" + name));
const load = (name, then) => {
  const folder = find(name);
  if (!folder) { done("no folder " + name); return; }
  folder.QueryInterface(Ci.nsIMsgImapMailFolder);
  // A request that meets one of Thunderbird's own for this folder may never be answered; then it is made again.
  let loaded = false;
  const ask = () => {
    if (loaded) { return; }
    folder.updateFolderWithListener(null, listener(() => { if (!loaded) { loaded = true; then(folder); } }));
    setTimeout(ask, 1500);
  };
  ask();
};
"""
_LOGIN = """
const done = arguments[arguments.length - 1];
const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
login.init("imap://127.0.0.1", null, "imap://127.0.0.1", arguments[0], arguments[1], "", "");
Services.logins.addLoginAsync(login).then(() => done(""), error => done(String(error)));
"""
_DISCOVER = """
Services.io.manageOfflineStatus = false;
Services.io.offline = false;
MailServices.imap.discoverAllFolders(root, listener(status => done(status ? "status " + status : "")), null);
"""
_MESSAGES = "load(arguments[0], folder => done([...folder.messages].map(m => m.mime2DecodedSubject)));"
_MOVE = """
const to = arguments[1];
load(arguments[0], folder => MailServices.copy.copyMessages(folder, [[...folder.messages][0]], find(to), true, {
  onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() { return null; },
  onStopCopy(status) { done(status ? "status " + status : ""); },
}, null, false));
"""


class Thunderbird:
    """A Thunderbird that runs.

    Args:
        port: where its Marionette listens.
    """

    def __init__(self, port: int) -> None:
        self._socket = _connect(port)
        self._received = b""
        self._number = 0
        self._receive()
        self._command("WebDriver:NewSession", capabilities={})
        self._command("Marionette:SetContext", value="chrome")

    def messages(self, folder: str) -> list[str]:
        """Subjects of the messages in a folder, asked of the server."""
        found = self._script(_START + _MESSAGES, folder)
        assert isinstance(found, list), found
        return found

    def move(self, source: str, target: str) -> None:
        """Move the first message of a folder, as by dragging it."""
        self._ask(_START + _MOVE, source, target)

    def log_in(self, user: str) -> None:
        """Remember the password, and look which folders there are."""
        self._ask(_LOGIN, user, PASSWORD)
        self._ask(_START + _DISCOVER)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _ask(self, script: str, *arguments: str) -> None:
        trouble = self._script(script, *arguments)
        assert not trouble, trouble

    def _script(self, script: str, *arguments: str) -> object:
        options = {"newSandbox": False, "sandbox": "system", "timeout": 20_000}
        return self._command("WebDriver:ExecuteAsyncScript", script=script, args=list(arguments), **options)

    def _command(self, name: str, **parameters: object) -> object:
        self._number += 1
        octets = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(b"%d:" % len(octets) + octets)
        _kind, _number, error, result = self._receive()
        assert error is None, error
        return result.get("value") if isinstance(result, dict) else result

    def _receive(self) -> list[object]:
        while b":" not in self._received:
            self._received += self._more()
        size, _, rest = self._received.partition(b":")
        while len(rest) < int(size):
            rest += self._more()
        self._received = rest[int(size) :]
        answer = json.loads(rest[: int(size)])
        return answer if isinstance(answer, list) else [answer]

    def _more(self) -> bytes:
        octets = self._socket.recv(65_536)
        if not octets:
            raise ConnectionError("Thunderbird is gone")
        return octets


@contextmanager
def thunderbird(home: Path, dovecot: Dovecot, user: str) -> Iterator[Thunderbird]:
    """Run Thunderbird with one account while the block runs.

    Args:
        home: an empty folder.
        dovecot: where the mailbox is.
        user: whose.
    """
    profile = home / "profile"
    profile.mkdir(parents=True)
    port = free_port()
    preferences = _preferences(dovecot.port, user, port)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    command = ["thunderbird", "--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
    with (home / "output").open("wb") as output:
        process = subprocess.Popen(
            [*command, "-profile", str(profile)],
            env={**os.environ, "HOME": str(home), "MOZ_HEADLESS": "1"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        client = Thunderbird(port)
        try:
            client.log_in(user)
            yield client
        finally:
            client.close()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _connect(port: int) -> socket.socket:
    deadline = time.monotonic() + 45
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), 1)
        except OSError:
            if time.monotonic() > deadline:
                raise
            signal.sigtimedwait((), 0.1)
        else:
            connection.settimeout(30)
            return connection


def _preferences(imap: int, user: str, marionette: int) -> dict[str, str | int | bool]:
    """One IMAP account, and none of what asks a person or the network something at the first start."""
    server = "mail.server.server1"
    return {
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.account.account1.server": "server1",
        "mail.account.account1.identities": "id1",
        f"{server}.type": "imap",
        f"{server}.hostname": "127.0.0.1",
        f"{server}.port": imap,
        f"{server}.userName": user,
        f"{server}.name": user,
        f"{server}.socketType": 0,
        f"{server}.authMethod": 3,
        # A login before the password is stored would open a dialog that nobody sees.
        f"{server}.login_at_startup": False,
        f"{server}.check_new_mail": False,
        "mail.identity.id1.useremail": f"{user}@example.org",
        "mail.identity.id1.fullName": user,
        "mail.identity.id1.valid": True,
        "marionette.port": marionette,
        "mailnews.start_page.enabled": False,
        "mail.rights.version": 1,
        "mail.provider.enabled": False,
        "mail.spotlight.firstRunDone": True,
        "mail.shell.checkDefaultClient": False,
        "app.update.auto": False,
        "app.update.enabled": False,
        "app.donation.eoy.version.viewed": 999,
        "datareporting.policy.dataSubmissionEnabled": False,
        "toolkit.telemetry.enabled": False,
        "network.proxy.type": 0,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "services.settings.server": "data:,",
        "extensions.update.enabled": False,
        "extensions.blocklist.enabled": False,
        "network.dns.disablePrefetch": True,
    }
