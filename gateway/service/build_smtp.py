# SPDX-License-Identifier: GPL-3.0-or-later
"""From settings to the plain values of the SMTP side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from gateway.service.settings_limits import LimitSettings
from gateway.service.settings_servers import ListenerSettings, ReleaseSettings, Tls, UpstreamSettings
from gateway.service.settings_types import RemoteServer
from gateway.smtp.route import Credentials, SubmissionRoute
from gateway.smtp.tls import ServerTls
from gateway.smtp.values import (
    Announce,
    BareNewlines,
    Limits,
    Listener,
    ListenerTls,
    Marker,
    Patience,
    TlsFiles,
    Trace,
    UpstreamAddress,
    UpstreamPatience,
    UpstreamTls,
)

_NO_TRACE = Trace()
_LISTENER_TLS = {"none": ListenerTls.OFF, "starttls": ListenerTls.STARTTLS, "implicit": ListenerTls.IMPLICIT}
_UPSTREAM_TLS = {
    Tls.NONE: UpstreamTls.OFF,
    Tls.OPPORTUNISTIC: UpstreamTls.OPPORTUNISTIC,
    Tls.REQUIRED: UpstreamTls.REQUIRED,
    Tls.IMPLICIT: UpstreamTls.IMPLICIT,
}


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def listener(settings: ListenerSettings, hostname: str) -> Listener:
    """One listener."""
    return Listener(
        name=settings.name,
        hostname=hostname,
        networks=settings.clients,
        trusted=settings.trusted,
        balancers=settings.proxies,
        tls=_LISTENER_TLS[settings.tls],
        bare_newlines=BareNewlines(settings.bare_newlines),
        trace=Trace(hostname if settings.add_received else None, _marker(settings)),
    )


def release_trace(listeners: Sequence[ListenerSettings]) -> Trace:
    """What released mail carries on top: the first marker that a listener declares, else it would loop."""
    return Trace(marker=next((marker for one in listeners if (marker := _marker(one)) is not None), None))


def _marker(settings: ListenerSettings) -> Marker | None:
    name, _, value = settings.loop_marker.partition(": ")
    return Marker(name, value) if name else None


def certificate(settings: ListenerSettings) -> ServerTls | None:
    """A listener's certificate, loaded; None where it has no TLS.

    Raises:
        OSError: it cannot be loaded.
    """
    if settings.tls == "none":
        return None
    return ServerTls(TlsFiles(str(settings.certificate), str(settings.certificate_key)))


def limits(settings: LimitSettings) -> Limits:
    """The caps of all sessions."""
    return Limits(
        sessions=settings.sessions,
        sessions_per_peer=settings.sessions_per_client,
        memory=settings.memory,
        message_size=settings.message_size,
        spool_folder=str(settings.spool),
        commands_per_minute=settings.commands_per_minute,
        junk=settings.junk_commands,
        errors=settings.errors,
        recipients=settings.recipients,
        line_length=settings.line_length,
        hops=settings.hops,
        patience=Patience(command=settings.command_seconds, block=settings.data_seconds),
    )


def upstream(settings: UpstreamSettings, hostname: str) -> UpstreamAddress:
    """The next hop."""
    return UpstreamAddress(
        host=settings.server.host,
        port=settings.server.port,
        hello=hostname,
        tls=_UPSTREAM_TLS[settings.tls],
        ca_file=str(settings.ca_file) if settings.ca_file else None,
        announce=Announce(settings.announce),
        keep_awake=settings.keep_awake,
        pool_idle=settings.pool_idle,
        pool_size=settings.pool,
        patience=UpstreamPatience(
            connect=settings.connect_seconds,
            reply=settings.reply_seconds,
            block=settings.data_seconds,
            final=settings.final_seconds,
        ),
    )


def route(
    settings: ReleaseSettings, otherwise: RemoteServer, hostname: str, trace: Trace = _NO_TRACE
) -> SubmissionRoute:
    """The route for released messages, by the upstream server unless it has one of its own.

    Raises:
        LookupError: its password is not where the settings say.
    """
    server = settings.server or otherwise
    address = UpstreamAddress(
        host=server.host,
        port=server.port,
        hello=hostname,
        tls=_UPSTREAM_TLS[settings.tls],
        ca_file=str(settings.ca_file) if settings.ca_file else None,
    )
    credentials = None
    if settings.login is not None:
        credentials = Credentials(settings.login, settings.password.read() if settings.password else "")
    return SubmissionRoute(address, credentials, now, trace)
