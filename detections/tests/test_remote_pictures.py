"""A picture named by its address, from a real server; only the look at where the address lies is left out."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from detections import remote_pictures
from detections.remote_pictures import fetch
from detections.tests.sent_pictures import gray_picture
from detections.uploads import MAX_BYTES, PictureError


class Pictures(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/car.jpg")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/none" else 200)
        self.end_headers()
        if self.path == "/huge":
            for _ in range(MAX_BYTES // 2**20 + 2):
                self.wfile.write(bytes(2**20))
        elif self.path.startswith("/street"):
            self.wfile.write(gray_picture())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(remote_pictures, "public_address", lambda host, port: "127.0.0.1")
    yield f"http://pictures.example:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_picture_is_fetched_with_its_name(address: str) -> None:
    picture = fetch(f"{address}/street/blue%20car.jpg?size=full")
    assert (picture.name, picture.data) == ("blue car.jpg", gray_picture())


@pytest.mark.parametrize(
    ("path", "words"), [("/none", "404"), ("/moved", "302"), ("/empty", "empty"), ("/huge", "16 MB")]
)
def test_what_is_no_picture_is_refused(address: str, path: str, words: str) -> None:
    with pytest.raises(PictureError, match=words):
        fetch(address + path)


def test_a_server_that_is_away_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PictureError, match="connection failed"):
        fetch("http://pictures.example:1/car.jpg")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "::1", "fd00::1", "224.0.0.1"]
)
def test_addresses_inside_are_refused_though_deliveries_may_go_there(host: str) -> None:
    with pytest.raises(PictureError, match="inside the network"):
        remote_pictures.public_address(host, 80)


def test_a_public_address_is_taken() -> None:
    assert remote_pictures.public_address("93.184.215.14", 80) == "93.184.215.14"
