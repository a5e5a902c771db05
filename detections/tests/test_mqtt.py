"""The connection to a broker: what happens to it while the broker and its name are away."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from detections.delivery_models import Destination, Transport
from detections.transports.mqtt import Broker

CONNACK = b"\x20\x02\x00\x00"


class HangingUp:
    """A broker that greets, and hangs up on the first who comes."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.kept: list[socket.socket] = []
        self.came_again = threading.Event()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        for number in range(2):
            connection, _ = self.server.accept()
            connection.recv(1000)
            connection.sendall(CONNACK)
            if number == 0:
                connection.recv(1000)
                connection.close()
            else:
                self.kept.append(connection)
                self.came_again.set()

    def close(self) -> None:
        for connection in (*self.kept, self.server):
            connection.close()


@pytest.fixture
def broker(settings: Settings) -> Iterator[HangingUp]:
    settings.DELIVERY_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    opened = HangingUp()
    yield opened
    opened.close()


def test_it_connects_again_though_its_name_was_not_found_meanwhile(
    broker: HangingUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a power cut, when the resolver comes back later than the broker."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolver(host: str, *more: Any, **options: Any) -> list[Any]:
        if host != "broker.example":
            return real(host, *more, **options)
        asked.append(host)
        if len(asked) == 2:
            raise socket.gaierror("Temporary failure in name resolution")
        return real("127.0.0.1", *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    address = f"mqtt://broker.example:{broker.port}"
    connection = Broker(Destination(name="Home", transport=Transport.MQTT, address=address, topic="platewatch"))
    assert broker.came_again.wait(20)
    assert asked[:3] == ["broker.example"] * 3
    connection.close()
