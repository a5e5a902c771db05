"""The edge client: what moved is kept on disk and posted, each picture once, whatever the server does meanwhile."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
import pytest

from inference.edge import Watcher, main
from inference.edge_outbox import Outbox
from inference.edge_sender import Sender, Server, read_answer
from inference.sources import EndOfSource, SourceError
from inference.types import Frame, Image

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"pictures": [{"plates": [{"text": "MAB1234", "confidence": 0.9}]}]}


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        query = parse_qs(urlsplit(self.path).query)
        site.posts.append((self.headers["Idempotency-Key"], query["taken_at"][0], body))
        status, told = site.answers.pop(0) if site.answers else (200, GOOD)
        site.headers.append(dict(self.headers))
        if status == 0:
            self.close_connection = True
            return
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class Site:
    """Answers as it is told: (status, body) in turn, 0 hangs up; good afterwards."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, str, bytes]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[tuple[int, Any]] = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.server.site = self  # type: ignore[attr-defined]
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.close()


def picture(left: int) -> Image:
    image = np.full((120, 160, 3), 90, np.uint8)
    cv2.rectangle(image, (left, 40), (left + 40, 80), (250, 250, 250), -1)
    return image


class Film:
    """Frames ten a second; ``None`` is a camera that fails."""

    def __init__(self, *images: Image | None) -> None:
        self.images = list(images)
        self.opened = 0
        self.index = 0

    def open(self) -> None:
        self.opened += 1

    def read(self) -> Frame:
        if not self.images:
            raise EndOfSource("film")
        image = self.images.pop(0)
        self.index += 1
        if image is None:
            raise SourceError("the camera does not answer")
        return Frame(image, self.index, 1_700_000_000 + self.index / 10, self.index / 10)

    def close(self) -> None:
        """Nothing is held open."""


def watch(outbox: Outbox, *images: Image | None, every_s: float = 0.1, width: int = 1920) -> Film:
    film = Film(*images)
    Watcher(film, outbox, every_s=every_s, width=width, quality=90).run(threading.Event())
    return film


def sender_to(site: Site, outbox: Outbox) -> Sender:
    return Sender(Server(site.address, "pw_secret", "gate"), outbox)


def test_only_pictures_in_which_something_moves_are_kept(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 1e9)
    watch(outbox, picture(10), picture(10), picture(10), picture(60), picture(60), picture(110))
    assert len(outbox) == 3


def test_no_more_pictures_than_asked_for(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 1e9)
    watch(outbox, *[picture(10 * number) for number in range(10)], every_s=0.5)
    assert len(outbox) == 2


def test_wide_pictures_are_scaled_down(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 1e9)
    watch(outbox, picture(10), width=80)
    (kept,) = tmp_path.glob("*.jpg")
    assert cv2.imread(str(kept)).shape == (60, 80, 3)


def test_a_camera_that_fails_is_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Event, "wait", lambda *_: False)
    outbox = Outbox(tmp_path, 1e9)
    film = watch(outbox, picture(10), None, picture(100))
    assert (film.opened, len(outbox)) == (2, 2)


def test_pictures_are_posted_in_their_order_with_all_that_the_server_needs(tmp_path: Path, site: Site) -> None:
    outbox = Outbox(tmp_path, 1e9)
    watch(outbox, picture(10), picture(60), picture(110))
    sender = sender_to(site, outbox)
    while len(outbox):
        assert sender.step() == 0.0
    times = [taken for _, taken, _ in site.posts]
    assert times == sorted(times)
    assert times[0].startswith("2023-11-14T22:13:20.1")
    assert len({key for key, _, _ in site.posts}) == 3
    assert all(body.startswith(b"\xff\xd8") for _, _, body in site.posts)
    assert site.headers[0]["Authorization"] == "Token pw_secret"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "answer",
    [(500, {}), (503, {}), (429, {}), (401, {"detail": "unknown token"}), (403, {}), (404, {}), (0, {}), (302, {})],
)
def test_what_the_server_cannot_take_now_is_sent_again_with_the_same_key(
    tmp_path: Path, site: Site, answer: tuple[int, Any]
) -> None:
    outbox = Outbox(tmp_path, 1e9)
    watch(outbox, picture(10))
    site.answers = [answer, answer]
    sender = sender_to(site, outbox)
    assert sender.step() == 1.0
    assert sender.step() == 2.0, "longer each time"
    assert len(outbox) == 1
    assert sender.step() == 0.0
    assert len(outbox) == 0
    assert len(site.posts) == 3
    assert len({key for key, _, _ in site.posts}) == 1


def test_a_camera_that_is_not_there_yet_costs_no_picture(tmp_path: Path, site: Site) -> None:
    outbox = Outbox(tmp_path, 1e9)
    watch(outbox, picture(10))
    site.answers = [(400, {"errors": [{"field": "camera", "message": "There is no such camera."}]})]
    sender = sender_to(site, outbox)
    assert sender.step() > 0
    assert len(outbox) == 1


@pytest.mark.parametrize(
    "answer", [(422, {"detail": "damaged"}), (400, {"errors": [{"field": "taken_at"}]}), (413, {})]
)
def test_a_picture_that_is_refused_for_good_does_not_hold_up_the_others(
    tmp_path: Path, site: Site, answer: tuple[int, Any]
) -> None:
    outbox = Outbox(tmp_path, 1e9)
    watch(outbox, picture(10), picture(60))
    site.answers = [answer]
    sender = sender_to(site, outbox)
    assert [sender.step(), sender.step(), len(outbox)] == [0.0, 0.0, 0]


def test_a_server_that_is_away(tmp_path: Path, site: Site, caplog: pytest.LogCaptureFixture) -> None:
    outbox = Outbox(tmp_path, 1e9)
    watch(outbox, picture(10), picture(60))
    site.close()
    sender = sender_to(site, outbox)
    pauses = [sender.step() for _ in range(8)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert len(outbox) == 2
    assert len([record for record in caplog.records if "does not answer" in record.message]) == 1, "said once"


def test_what_waits_survives_a_restart_and_half_written_files_do_not(tmp_path: Path) -> None:
    watch(Outbox(tmp_path, 1e9), picture(10), picture(60))
    (tmp_path / "000-x.part").write_bytes(b"half")
    again = Outbox(tmp_path, 1e9)
    assert len(again) == 2
    assert not list(tmp_path.glob("*.part"))
    oldest = again.oldest()
    assert oldest is not None
    assert oldest.taken_at == pytest.approx(1_700_000_000.1)


def test_the_oldest_pictures_go_when_there_is_no_room(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 2500)
    for second in range(10):
        outbox.put(bytes(1000), 1_700_000_000 + second)
    assert (len(outbox), outbox.dropped) == (2, 8)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 2000
    oldest = outbox.oldest()
    assert oldest is not None
    assert oldest.taken_at == 1_700_000_008


def test_a_disk_that_refuses_costs_pictures_not_the_watching(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "keep", 1e9)
    (tmp_path / "keep").rmdir()
    watch(outbox, picture(10), picture(60))
    assert (len(outbox), outbox.dropped) == (0, 2)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7"])
def test_any_answer_is_understood(body: bytes) -> None:
    assert read_answer(502, body).words == ""
    assert not read_answer(502, body).is_final


def test_the_command_sends_a_film_and_ends(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(3):
        cv2.imwrite(str(pictures / f"{number}.png"), picture(40 * number))
    (tmp_path / "token.txt").write_text("pw_secret\n")
    monkeypatch.setattr("inference.sources.SECONDS_PER_PICTURE", 0.1)
    given = ["--source", str(pictures), "--server", site.address, "--token-file", str(tmp_path / "token.txt")]
    assert main([*given, "--camera", "gate", "--every", "0.05", "--keep", str(tmp_path / "keep")]) == 0
    assert len(site.posts) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        ["--server", "anpr.example.org"],
        ["--token", ""],
        ["--token-file", "/nowhere"],
        ["--source", "gopher://x"],
        ["--every", "0"],
        ["--ca-file", "/nowhere"],
    ],
)
def test_a_wrong_option_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    given = ["--source", "0", "--server", "https://x", "--token", "t", "--camera", "c", "--keep", str(tmp_path)]
    with pytest.raises(SystemExit):
        main([*given, *wrong])
    assert "error:" in capsys.readouterr().err


def test_it_needs_no_django_and_explains_itself() -> None:
    look = "import sys, inference.edge; print({'django', 'channels', 'openvino', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    helped = subprocess.run(
        [sys.executable, "-m", "inference.edge", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--token-file" in helped.stdout
    assert "while the server" in helped.stdout
