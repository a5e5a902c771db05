"""Where frames come from: network cameras, USB cameras, films, folders of pictures, the drawn street."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import av
import cv2
import numpy as np

from inference.pictures import PICTURE_SUFFIXES, SourceError, load_picture, pictures_in
from inference.synthetic import Street
from inference.types import Frame, Image

__all__ = ["EndOfSource", "FrameSource", "SourceError", "load_picture", "open_source", "safe_source_url"]

OPEN_LIMIT_S = 5.0
READ_LIMIT_S = 5.0
SECONDS_PER_PICTURE = 2.0


class EndOfSource(Exception):
    """A film, folder or picture has been read to its end."""


class FrameSource(Protocol):
    """One thread opens, reads and closes a source; ``open`` may be called again after ``close``."""

    def open(self) -> None:
        """Raises ``SourceError``, within the time limit."""
        ...

    def read(self) -> Frame:
        """The next frame; waits for it no longer than the time limit. Raises ``SourceError``, ``EndOfSource``."""
        ...

    def close(self) -> None: ...


def open_source(url: str, *, loop: bool = False, realtime: bool = True) -> FrameSource:
    """The source behind an address, not yet opened.

    ``rtsp://...`` and ``http(s)://...`` are network cameras, a number is a USB camera, ``synthetic:`` (or
    ``synthetic:7``, a seed) the drawn street; all else is the path of a film, a picture or a folder of pictures.
    ``realtime`` plays films at their own pace, otherwise as fast as they can be read. Raises ``SourceError``.
    """
    if url.startswith("synthetic:"):
        return SyntheticSource(seed=_seed(url), realtime=realtime)
    if re.match(r"(rtsps?|https?)://", url, re.IGNORECASE):
        return RtspSource(url)
    if url.isascii() and url.isdigit():
        return UsbSource(int(url))
    if "://" in url:
        raise SourceError(f"{safe_source_url(url)}: addresses start with rtsp://, http:// or https://")
    path = Path(url)
    if path.is_dir() or path.suffix.lower() in PICTURE_SUFFIXES:
        return FolderSource(path, loop=loop, realtime=realtime)
    return FileSource(path, loop=loop, realtime=realtime)


def safe_source_url(url: str) -> str:
    """The address with passwords masked, for logs and pages."""
    url = re.sub(r"(?i)([?&][^=&]*(?:pass|pwd|token|secret|key|auth)[^=&]*=)[^&#]*", r"\1***", url)
    scheme, mark, rest = url.partition("://")
    authority = rest.split("/", 1)[0]
    host, _, port = authority.rpartition(":")
    if not mark or "@" not in rest or ("@" not in authority and (not host or port.isdigit())):
        return url
    secret, _, address = (authority if "@" in authority else rest).rpartition("@")
    return f"{scheme}://{secret.partition(':')[0]}:***@{address}{rest[len(authority) :] if '@' in authority else ''}"


class _Film:
    """The decoded pictures of one opened film or stream."""

    def __init__(self, url: str, name: str, *, live: bool) -> None:
        self._name = name
        self._live = live
        started = time.monotonic()
        # ffmpeg would otherwise look at a stream for 3 to 5 s before its first picture.
        options = {"analyzeduration": "500000"} if live else {}
        if url.lower().startswith("rtsp"):
            options["rtsp_transport"] = "tcp"
        try:
            self._container = av.open(
                url, options=options, timeout=(OPEN_LIMIT_S, READ_LIMIT_S) if live else None, metadata_errors="replace"
            )
        except (av.FFmpegError, ValueError) as error:
            waited = live and time.monotonic() - started > 0.95 * OPEN_LIMIT_S
            raise SourceError(f"{name}: {_NO_ANSWER if waited else _in_words(error)}") from None
        if not self._container.streams.video or self._container.format.name == "tty":
            self._container.close()
            raise SourceError(f"{name}: not a video: it holds no pictures")
        self.stream = self._container.streams.video[0]
        if self.stream.codec_context is None:
            self._container.close()
            raise SourceError(f"{name}: unknown codec; H.264 plays everywhere")
        self.stream.thread_type = "SLICE" if live else "AUTO"
        self._reformatter = av.video.reformatter.VideoReformatter()

    def pictures(self) -> Iterator[av.VideoFrame]:
        """Sound pictures, in order; damaged ones are left out. Raises ``SourceError``."""
        last = asked = time.monotonic()
        broken = 0
        try:
            for packet in self._container.demux(self.stream):
                # ffmpeg hands out what is left of a packet at the time limit, and would wait as long again.
                if self._live and time.monotonic() - asked > 0.98 * READ_LIMIT_S:
                    raise SourceError(f"{self._name}: {_NO_ANSWER}")
                try:
                    decoded = packet.decode()
                except av.error.InvalidDataError:
                    broken += 1
                    decoded = []
                for picture in decoded:
                    if isinstance(picture, av.VideoFrame) and not picture.is_corrupt:
                        last = time.monotonic()
                        yield picture
                if self._live and time.monotonic() - last > READ_LIMIT_S:
                    raise SourceError(
                        f"{self._name}: sends data, but no picture that can be decoded ({broken} damaged)"
                    )
                asked = time.monotonic()
        except av.FFmpegError as error:
            raise SourceError(f"{self._name}: {_in_words(error)}") from None

    def image(self, picture: av.VideoFrame) -> Image:
        converted = self._reformatter.reformat(picture, format="bgr24")
        image = np.asarray(converted.to_ndarray(), np.uint8)
        turns = round(picture.rotation / 90) % 4
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image

    def close(self) -> None:
        self._container.close()


class RtspSource:
    """A network camera: RTSP over TCP, or HTTP. It never ends: a closed connection is a ``SourceError``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._name = safe_source_url(url)
        self._film: _Film | None = None
        self._pictures: Iterator[av.VideoFrame] = iter(())
        self._index = 0

    def open(self) -> None:
        self.close()
        self._film = _Film(self.url, self._name, live=True)
        self._pictures = self._film.pictures()

    def read(self) -> Frame:
        if self._film is None:
            raise SourceError(f"{self._name}: not opened")
        picture = next(self._pictures, None)
        if picture is None:
            raise SourceError(f"{self._name}: the camera ended the stream")
        self._index += 1
        return Frame(self._film.image(picture), self._index - 1, time.time(), time.monotonic())

    def close(self) -> None:
        if self._film is not None:
            self._film.close()
        self._film = None


class UsbSource:
    """A camera of this machine, by its number."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._capture: Any = None
        self._index = 0

    def open(self) -> None:
        self.close()
        capture = cv2.VideoCapture(self._number)
        if not capture.isOpened():
            raise SourceError(f"USB camera {self._number}: not found, or in use by another program")
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._capture = capture

    def read(self) -> Frame:
        ok, image = self._capture.read() if self._capture is not None else (False, None)
        if not ok or image is None:
            raise SourceError(f"USB camera {self._number}: gives no picture; is it unplugged?")
        self._index += 1
        return Frame(image, self._index - 1, time.time(), time.monotonic())

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
        self._capture = None


class _Pace:
    """Holds frames back until their time has come; ``clock`` is the place in the film."""

    def __init__(self, realtime: bool) -> None:
        self._realtime = realtime
        self._started = time.monotonic()
        self._started_at = time.time()

    def captured_at(self, clock: float) -> float:
        """Waits for the moment of ``clock`` when playing in real time; epoch seconds of that moment."""
        if self._realtime:
            time.sleep(max(0.0, self._started + clock - time.monotonic()))
            return time.time()
        return self._started_at + clock


class FileSource:
    """A film; its clock goes on when it starts over in a loop."""

    def __init__(self, path: Path, *, loop: bool = False, realtime: bool = True) -> None:
        self.path = path
        self._loop = loop
        self._realtime = realtime
        self._film: _Film | None = None
        self._index = 0

    def open(self) -> None:
        self.close()
        self._film = self._opened()
        self._pictures = self._film.pictures()
        self._pace = _Pace(self._realtime)
        self._index = 0
        self._clock = 0.0
        self._turn_starts = 0.0

    def read(self) -> Frame:
        if self._film is None:
            raise SourceError(f"{self.path}: not opened")
        picture = next(self._pictures, None)
        if picture is None:
            picture = self._start_over()
        self._clock = self._place(picture)
        self._index += 1
        return Frame(self._film.image(picture), self._index - 1, self._pace.captured_at(self._clock), self._clock)

    def close(self) -> None:
        if self._film is not None:
            self._film.close()
        self._film = None

    def _opened(self) -> _Film:
        if not self.path.exists():
            raise SourceError(f"{self.path}: does not exist")
        if self.path.stat().st_size == 0:
            raise SourceError(f"{self.path}: the file is empty (0 bytes)")
        return _Film(str(self.path), str(self.path), live=False)

    def _start_over(self) -> av.VideoFrame:
        if self._index == 0:
            raise SourceError(f"{self.path}: not a video: no picture can be decoded")
        if not self._loop or self._film is None:
            raise EndOfSource(str(self.path))
        self._turn_starts = self._clock + self._step()
        self._film.close()
        self._film = self._opened()
        self._pictures = self._film.pictures()
        picture = next(self._pictures, None)
        if picture is None:
            raise SourceError(f"{self.path}: no picture can be decoded any more")
        return picture

    def _place(self, picture: av.VideoFrame) -> float:
        """Seconds since the first opening; never runs backwards, whatever the film's time stamps say."""
        begins = 0.0
        if self._film is not None and self._film.stream.start_time and self._film.stream.time_base:
            begins = float(self._film.stream.start_time * self._film.stream.time_base)
        step = self._step() if self._index else 0.0
        place = self._turn_starts + picture.time - begins if picture.time is not None else self._clock + step
        return place if self._index == 0 or place > self._clock else self._clock + step

    def _step(self) -> float:
        rate = self._film.stream.average_rate if self._film is not None else None
        return 1 / float(rate) if rate else 0.04


class FolderSource:
    """A picture, or the pictures of a folder by name; broken ones are passed over unless none is sound."""

    def __init__(self, path: Path, *, loop: bool = False, realtime: bool = True) -> None:
        self.path = path
        self._loop = loop
        self._realtime = realtime
        self._paths: list[Path] = []

    def open(self) -> None:
        if not self.path.exists():
            raise SourceError(f"{self.path}: does not exist")
        self._paths = pictures_in(self.path)
        if not self._paths:
            raise SourceError(f"{self.path}: the folder holds no pictures")
        self._pace = _Pace(self._realtime)
        self._next = 0
        self._index = 0

    def read(self) -> Frame:
        failure: SourceError | None = None
        for _ in self._paths:
            if self._next >= len(self._paths):
                if not self._loop:
                    break
                self._next = 0
            path = self._paths[self._next]
            self._next += 1
            try:
                image = load_picture(path)
            except SourceError as error:
                failure = error
                continue
            clock = self._index * SECONDS_PER_PICTURE
            self._index += 1
            return Frame(image, self._index - 1, self._pace.captured_at(clock), clock)
        if failure is not None and self._index == 0:
            raise failure
        raise EndOfSource(str(self.path))

    def close(self) -> None:
        self._paths = []


class SyntheticSource:
    """The drawn street: a camera for demos and tests."""

    def __init__(self, seed: int = 0, *, realtime: bool = True) -> None:
        self._seed = seed
        self._realtime = realtime

    def open(self) -> None:
        self.street = Street(self._seed)
        self._pace = _Pace(self._realtime)
        self._index = 0

    def read(self) -> Frame:
        clock = self._index / self.street.fps
        image, _ = self.street.render(clock)
        self._index += 1
        return Frame(image, self._index - 1, self._pace.captured_at(clock), clock)

    def close(self) -> None:
        """Nothing is held open."""


def _seed(url: str) -> int:
    text = url.partition(":")[2]
    if text and not text.isdigit():
        raise SourceError(f"{url}: write synthetic: or synthetic: and a number")
    return int(text or 0)


def _in_words(error: Exception) -> str:
    """What FFmpeg's error means to the one who set the camera up; never quotes the address."""
    for kinds, words in _WORDS:
        if isinstance(error, kinds):
            return words
    return getattr(error, "strerror", None) or type(error).__name__


_NO_ANSWER = f"no answer within {READ_LIMIT_S:.0f} s"
_WORDS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((av.error.HTTPUnauthorizedError,), "wrong user name or password (401)"),
    ((av.error.HTTPForbiddenError,), "the camera refuses this user (403)"),
    ((av.error.HTTPNotFoundError,), "the camera knows no stream of this name (404)"),
    ((av.error.HTTPClientError, av.error.HTTPServerError), "the camera answered with an error"),
    ((ConnectionRefusedError,), "connection refused: nothing listens at this address"),
    ((av.error.ExitError, TimeoutError), _NO_ANSWER),
    ((ConnectionResetError, BrokenPipeError), "the connection was cut"),
    ((av.error.DecoderNotFoundError,), "unknown codec; H.264 plays everywhere"),
    ((av.error.ProtocolNotFoundError,), "unknown kind of address"),
    ((av.error.InvalidDataError,), "not a video"),
    ((PermissionError,), "may not be read: permission denied"),
    ((IsADirectoryError,), "is a folder, not a video"),
    ((OSError,), "cannot be reached: is the host name right and the network up?"),
)
