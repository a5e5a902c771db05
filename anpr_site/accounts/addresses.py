"""From where a request comes, behind as many proxies as the settings say."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address that the outermost trusted proxy saw; ``None`` where there is none, as behind a UNIX socket."""
    return address_of(request.META.get("HTTP_X_FORWARDED_FOR", ""), request.META.get("REMOTE_ADDR", ""))


def socket_address(scope: Mapping[str, object]) -> str | None:
    """The same for a WebSocket's scope."""
    headers = dict(scope.get("headers") or ())  # type: ignore[call-overload]
    client = scope.get("client") or ("",)
    return address_of(headers.get(b"x-forwarded-for", b"").decode("latin-1"), str(client[0]))  # type: ignore[index]


def address_of(forwarded: str, peer: str) -> str | None:
    """Each proxy adds the address it saw at the right; what a client writes itself stands further left."""
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if settings.PROXIES and hops:
        peer = hops[-min(settings.PROXIES, len(hops))]
    try:
        return str(ipaddress.ip_address(peer.strip("[]").partition("%")[0]))
    except ValueError:
        return None
