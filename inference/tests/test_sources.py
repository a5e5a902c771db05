import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as PillowImage

from inference import sources
from inference.sources import EndOfSource, FileSource, SourceError, UsbSource, open_source, safe_source_url
from inference.types import Frame


def film(path: Path, sizes: list[tuple[int, int]], fps: int = 10) -> Path:
    """A film of one frame a size; the number of the frame, below 12, is its brightness."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height = sizes[0]
        stream.pix_fmt = "yuv420p"
        for number, (width, height) in enumerate(sizes):
            image = np.full((height, width, 3), 20 * (number % 12), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path


def frames(url: str | Path, count: int = 1000, **options: bool) -> list[Frame]:
    source = open_source(str(url), realtime=False, **options)
    source.open()
    found = []
    try:
        while len(found) < count:
            found.append(source.read())
    except EndOfSource:
        pass
    finally:
        source.close()
    return found


def failure(url: str | Path) -> str:
    with pytest.raises(SourceError) as caught:
        frames(url)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def server() -> Iterator[Callable[[bytes], int]]:
    """Starts servers that answer every connection with the same RTSP status, or not at all; gives the port."""
    listeners: list[socket.socket] = []

    def start(answer: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            talks = []
            while True:
                try:
                    talk, _ = listener.accept()
                except OSError:
                    for talk in talks:
                        talk.close()
                    return
                talks.append(talk)
                while answer and (asked := talk.recv(4096)):
                    number = asked.partition(b"CSeq: ")[2].partition(b"\r\n")[0]
                    talk.sendall(b"RTSP/1.0 %s\r\nCSeq: %s\r\n\r\n" % (answer, number))

        threading.Thread(target=serve, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        listener.close()


def test_a_film_gives_all_frames_with_their_place_as_clock(tmp_path: Path):
    found = frames(film(tmp_path / "a.mp4", [(64, 48)] * 8))
    assert [frame.index for frame in found] == list(range(8))
    assert [round(frame.clock, 3) for frame in found] == [round(n / 10, 3) for n in range(8)]
    assert found[0].image.shape == (48, 64, 3)
    assert found[5].image.mean() > found[1].image.mean()


def test_a_looping_film_goes_on_with_a_rising_clock(tmp_path: Path):
    found = frames(film(tmp_path / "a.mp4", [(64, 48)] * 4), count=10, loop=True)
    clocks = [frame.clock for frame in found]
    assert len(found) == 10
    assert all(0.05 < later - earlier < 0.15 for earlier, later in pairwise(clocks))


def test_a_film_plays_at_its_own_pace_when_live(tmp_path: Path):
    source = open_source(str(film(tmp_path / "a.mp4", [(64, 48)] * 4)))
    source.open()
    started = time.monotonic()
    for _ in range(4):
        source.read()
    assert 0.28 < time.monotonic() - started < 1.0
    source.close()


def test_a_source_may_be_opened_again(tmp_path: Path):
    source = FileSource(film(tmp_path / "a.mp4", [(64, 48)] * 3), realtime=False)
    for _ in range(2):
        source.open()
        assert source.read().index == 0
        source.close()


def test_a_folder_is_read_by_name_and_broken_pictures_are_passed_over(tmp_path: Path):
    for number, name in enumerate(["b.png", "a.png"]):
        PillowImage.new("RGB", (10 + number, 10)).save(tmp_path / name)
    (tmp_path / "c.jpg").write_bytes(b"broken")
    assert [frame.image.shape[1] for frame in frames(tmp_path)] == [11, 10]


def test_a_folder_of_broken_pictures_says_what_is_wrong(tmp_path: Path):
    (tmp_path / "c.jpg").write_bytes(b"broken")
    assert "c.jpg: not a picture" in failure(tmp_path)


def test_the_drawn_street_is_a_source_and_repeats():
    first, again = frames("synthetic:3", 3), frames("synthetic:3", 3)
    assert [f.clock for f in first] == pytest.approx([0, 1 / 12, 2 / 12])
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b""), "empty (0 bytes)"),
        (lambda path: path.write_bytes(b"no film at all" * 50), "not a video"),
        (lambda path: path.mkdir(), "holds no pictures"),
    ],
)
def test_a_path_that_is_no_film_says_why(tmp_path: Path, make: Callable[[Path], object], words: str):
    path = tmp_path / "film.mp4"
    make(path)
    assert words in failure(path)


def test_a_stream_whose_size_changes_goes_on_in_the_new_size(tmp_path: Path):
    parts = [film(tmp_path / f"{width}.ts", [(width, height)] * 6) for width, height in ((64, 48), (128, 96))]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    found = frames(both)
    sizes = [frame.image.shape[:2] for frame in found]
    assert sizes[0] == (48, 64)
    assert sizes[-1] == (96, 128)
    assert all(later.clock > earlier.clock for earlier, later in pairwise(found))


def test_damaged_and_missing_parts_of_a_stream_cost_their_frames_only(tmp_path: Path):
    whole = film(tmp_path / "whole.ts", [(320, 240)] * 40).read_bytes()
    packets = len(whole) // 188
    hole = slice(188 * (packets // 3), 188 * (packets // 3 + packets // 6))
    (tmp_path / "damaged.ts").write_bytes(whole[: hole.start] + b"\0" * (hole.stop - hole.start) + whole[hole.stop :])
    (tmp_path / "truncated.ts").write_bytes(whole[: len(whole) * 2 // 3 + 77])
    for name in ("damaged.ts", "truncated.ts"):
        found = frames(tmp_path / name)
        assert 10 < len(found) < 41, name
        assert {frame.image.shape for frame in found} == {(240, 320, 3)}


def test_an_unknown_codec_is_named(tmp_path: Path):
    path = film(tmp_path / "a.mkv", [(64, 48)] * 4)
    known = path.read_bytes()
    assert b"V_MPEG4/ISO/ASP" in known
    path.write_bytes(known.replace(b"V_MPEG4/ISO/ASP", b"V_STRANGE/CODEC"))
    assert "unknown codec" in failure(path)


def test_nothing_listening_is_a_refused_connection():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "connection refused" in failure(f"rtsp://admin:secret@127.0.0.1:{port}/live")


def test_a_wrong_password_is_named_and_not_told(server: Callable[[bytes], int]):
    answer = b'401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"'
    message = failure(f"rtsp://admin:secret@127.0.0.1:{server(answer)}/live")
    assert "wrong user name or password" in message
    assert "secret" not in message


def test_an_unknown_stream_is_named(server: Callable[[bytes], int]):
    assert "no stream of this name" in failure(f"rtsp://127.0.0.1:{server(b'404 Not Found')}/live")


def test_a_silent_peer_is_given_up_after_the_time_limit(
    server: Callable[[bytes], int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sources, "OPEN_LIMIT_S", 0.5)
    started = time.monotonic()
    assert "no answer within" in failure(f"rtsp://127.0.0.1:{server(b'')}/live")
    assert time.monotonic() - started < 2


def test_a_missing_usb_camera_is_named():
    with pytest.raises(SourceError, match="USB camera 97: not found"):
        UsbSource(97).open()


@pytest.mark.parametrize(
    ("address", "words"), [("ftp://x/y", "addresses start with rtsp://"), ("synthetic:x", "synthetic: and a number")]
)
def test_an_impossible_address_is_refused_at_once(address: str, words: str):
    with pytest.raises(SourceError, match=words):
        open_source(address)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("rtsp://admin:secret@host:554/live", "rtsp://admin:***@host:554/live"),
        ("rtsp://admin:p@ss@host/live", "rtsp://admin:***@host/live"),
        ("rtsp://admin:p/ss@host/live", "rtsp://admin:***@host/live"),
        ("rtsp://host:554/user@live", "rtsp://host:554/user@live"),
        ("http://host/video?user=a&password=secret&x=1", "http://host/video?user=a&password=***&x=1"),
        ("/films/a.mp4", "/films/a.mp4"),
        ("synthetic:", "synthetic:"),
    ],
)
def test_passwords_are_masked(address: str, safe: str):
    assert safe_source_url(address) == safe
