"""Connections go only to addresses that a destination may have: public ones, and networks that a setting names."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable
from typing import Any

import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

from detections.transports import SendError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")
CONNECT_WITHIN_S = 5.0


class ForbiddenAddressError(SendError):
    """The name leads to an address that is not public and not allowed by DELIVERY_NETWORKS."""


def is_allowed(address: str) -> bool:
    """Whether it is a public address, or lies in a network that the setting names."""
    found = carried(ipaddress.ip_address(address.partition("%")[0]))
    if any(found in network for network in settings.DELIVERY_NETWORKS if network.version == found.version):
        return True
    return found.is_global and not found.is_multicast


def carried(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only wraps it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def addresses_of(host: str, port: int) -> list[str]:
    """All addresses of the name; raises ``ForbiddenAddressError`` when one of them is not allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendError(_("The name {host} cannot be found.").format(host=host)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_allowed(address):
            raise ForbiddenAddressError(
                _(
                    "{host} leads to {address}, which lies inside the network. "
                    "An administrator can allow it with DELIVERY_NETWORKS."
                ).format(host=host, address=address)
            )
    return addresses


def connect(host: str, port: int, timeout: float = CONNECT_WITHIN_S) -> socket.socket:
    """A connection to the first address that answers: to the checked number itself, so no second look-up decides."""
    failure: OSError | None = None
    for address in addresses_of(host, port):
        try:
            connection = socket.create_connection((address, port), timeout)
        except OSError as error:
            failure = error
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise failure or OSError(f"{host} has no address")


class GuardedBackend(httpcore.NetworkBackend):
    """Connects as ``connect`` does; the whole exchange has ``within_s`` seconds, however slowly the answer drips."""

    def __init__(self, within_s: float) -> None:
        self._plain = httpcore.SyncBackend()
        self._deadline = time.monotonic() + within_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses_of(host, port):
            try:
                stream = self._plain.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return TimedStream(stream, self)
        raise failure

    def left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the answer took too long")
        return left if timeout is None else min(timeout, left)


class TimedStream(httpcore.NetworkStream):
    """A stream that ends at the deadline of its backend."""

    def __init__(self, stream: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._stream = stream
        self._backend = backend
        self._left = backend.left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return TimedStream(secured, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
