"""Watches a camera on a small machine and posts its pictures to a Platewatch server, which reads the plates.

Only pictures in which something moved are posted. Each is kept on disk until the server has taken it: while the server
is away nothing is lost, up to the room given, and what has waited is sent in its order afterwards, each picture once.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import cv2

from inference.edge_outbox import Outbox
from inference.edge_sender import Sender, Server
from inference.motion import MotionGate
from inference.sources import EndOfSource, FrameSource, SourceError, open_source, safe_source_url
from inference.types import Image

logger = logging.getLogger("platewatch.edge")

LONGEST_PAUSE_S = 30.0
LOOK_EVERY_S = 0.1
EXAMPLES = """
examples:
  python -m inference.edge --source 0 --server https://anpr.example.org --token-file token.txt --camera gate
  python -m inference.edge --source rtsp://user:password@10.0.0.7/stream --server https://anpr.example.org \\
      --token pw_... --camera yard --every 1 --keep /var/lib/platewatch-edge --keep-mb 2000

The token is made by a member of the staff on the server's page “API tokens”, with the scopes “recognize” and “ingest”.
The camera is one that exists there: its short name, the last part of its page's address. It may be switched off there.
"""


class Watcher:
    """Reads the source and keeps the pictures in which something moved, at most one each ``every_s``."""

    def __init__(self, source: FrameSource, outbox: Outbox, *, every_s: float, width: int, quality: int) -> None:
        self._source = source
        self._outbox = outbox
        self._every_s = every_s
        self._width = width
        self._quality = quality
        self._gate = MotionGate()
        self._looked_clock = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Until the stop or the end of a film; a camera that fails is opened again after a growing pause."""
        pause = 1.0
        while not stop.is_set():
            try:
                self._source.open()
                while not stop.is_set():
                    self.step()
                    pause = 1.0
            except EndOfSource:
                return
            except SourceError as error:
                logger.warning("%s; trying again in %.0f s", error, pause)
                stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            finally:
                self._source.close()

    def step(self) -> None:
        frame = self._source.read()
        if 0 <= frame.clock - self._looked_clock < 0.98 * self._every_s:
            return
        self._looked_clock = frame.clock
        if self._gate.has_moved(frame.image):
            self._gate.looked(frame.image)
            self._outbox.put(self.encode(frame.image), frame.captured_at)

    def encode(self, image: Image) -> bytes:
        """JPEG, at most ``width`` pixels wide."""
        scale = self._width / image.shape[1]
        if scale < 1:
            size = (self._width, max(1, round(image.shape[0] * scale)))
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self._quality])[1].tobytes()


def main(arguments: list[str] | None = None) -> int:
    parser = make_parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        source = open_source(options.source)
        server = Server(options.server, token_of(options), options.camera, options.ca_file)
        outbox = Outbox(options.keep, options.keep_mb * 2**20)
    except (SourceError, ValueError, OSError) as error:
        parser.error(str(error))
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    logger.info("watching %s; %d pictures wait in %s", safe_source_url(options.source), len(outbox), options.keep)
    sender = threading.Thread(target=Sender(server, outbox).run, args=(stop,), name="sender", daemon=True)
    sender.start()
    watcher = Watcher(source, outbox, every_s=options.every, width=options.width, quality=options.quality)
    watcher.run(stop)
    while not stop.is_set() and len(outbox):
        time.sleep(LOOK_EVERY_S)
    stop.set()
    sender.join(10)
    logger.info("%d pictures wait for the next start", len(outbox))
    return 0


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m inference.edge",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--source", required=True, help="a USB number like 0, rtsp://…, http(s)://…, a film or a folder of pictures")
    add("--server", required=True, type=server_address, help="address of the server, https://anpr.example.org")
    add("--token", default="", help="API token; other people on this machine can see it, better use --token-file")
    add("--token-file", type=Path, help="file that holds the API token")
    add("--camera", required=True, help="short name of the camera on the server whose detections these are")
    add("--every", type=positive, default=0.5, metavar="S", help="at most one picture in so many seconds (0.5)")
    add("--width", type=int, default=1920, help="wider pictures are scaled down to so many pixels (1920)")
    add("--quality", type=int, choices=range(50, 101), default=88, metavar="50-100", help="of the JPEGs (88)")
    add("--keep", type=Path, default=Path.home() / ".platewatch-edge", help="folder for what is not sent yet")
    add("--keep-mb", type=positive, default=500, help="room for it; then the oldest pictures go first (500)")
    add("--ca-file", type=Path, help="certificate of the server's own authority, where it has one")
    return parser


def positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("write a number above 0")
    return value


def server_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError("write it like https://anpr.example.org")
    return text.rstrip("/")


def token_of(options: argparse.Namespace) -> str:
    """Raises ``ValueError``, and ``OSError`` for a file that cannot be read."""
    token = options.token_file.read_text(encoding="utf-8") if options.token_file else options.token
    if not token.strip().isascii() or not token.strip():
        raise ValueError("give the API token with --token-file or --token")
    return str(token).strip()


if __name__ == "__main__":
    sys.exit(main())
