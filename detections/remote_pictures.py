"""A picture that a client names by its address: fetched from the public net only."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import httpcore
import httpx
from django.utils.translation import gettext as _

from detections.recognition_requests import SentPicture, bare_name
from detections.transports.guard import GuardedBackend, TimedStream, carried
from detections.uploads import MAX_BYTES, PictureError, check_size

WITHIN_S = 10.0


class PublicBackend(GuardedBackend):
    """Connects to the checked number. Networks that deliveries may reach are closed here: a relay opens gates."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = public_address(host, port)
        return TimedStream(
            httpcore.SyncBackend().connect_tcp(address, port, self.left(timeout), local_address, socket_options), self
        )


def public_address(host: str, port: int) -> str:
    """The first address of the name; raises ``PictureError`` unless all of them are public."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise refused(_("the name %s cannot be found") % host) from None
    for address in found:
        number = carried(ipaddress.ip_address(address.partition("%")[0]))
        if not number.is_global or number.is_multicast:
            raise refused(_("%s lies inside the network") % host)
    return found[0]


def fetch(address: str) -> SentPicture:
    """Redirects are not followed. Raises ``PictureError``."""
    try:
        url = httpx.URL(address)
        if url.scheme not in ("http", "https") or not url.host:
            raise refused(_("it does not begin with http:// or https://"))
        headers = [("host", url.netloc.decode()), ("user-agent", "Platewatch"), ("accept", "image/*")]
        timeouts = {"connect": 5.0, "read": WITHIN_S, "write": WITHIN_S, "pool": 5.0}
        with (
            httpcore.ConnectionPool(network_backend=PublicBackend(WITHIN_S), retries=0) as pool,
            pool.stream("GET", str(url), headers=headers, extensions={"timeout": timeouts}) as answer,
        ):
            if answer.status != 200:
                raise refused(_("the answer was %d") % answer.status)
            data = bytearray()
            for block in answer.iter_stream():
                data += block
                if len(data) > MAX_BYTES:
                    break
    except (httpx.InvalidURL, httpcore.UnsupportedProtocol, UnicodeError, ValueError):
        raise refused(_("it is not an address")) from None
    except httpcore.TimeoutException:
        raise refused(_("no answer within %d s") % WITHIN_S) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
        raise refused(_("the connection failed")) from None
    check_size(len(data))
    return SentPicture(bare_name(unquote(url.path)), bytes(data))


def refused(why: str) -> PictureError:
    return PictureError("no_picture", _("The picture cannot be fetched from “upload_url”: %s.") % why)
