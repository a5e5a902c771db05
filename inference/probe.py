"""Opens a source once and tells what comes: `python -m inference.probe`, the address on stdin, JSON on stdout.

A process of its own: whatever a decoder does with a strange stream, it does it here. ``is_ok``, ``words`` when not;
else ``width`` and ``height`` in pixels, ``fps`` (0 when unknown), and ``jpeg``, a picture in base64.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import cv2

from inference.sources import EndOfSource, SourceError, open_source
from inference.types import Frame

FRAMES = 8
"""The first picture after opening is often gray or broken."""
LONGEST_SIDE = 1280


def probe(url: str) -> dict[str, Any]:
    try:
        frames = read_frames(url)
    except SourceError as error:
        return {"is_ok": False, "words": str(error)}
    except EndOfSource:
        return {"is_ok": False, "words": "the source holds no picture"}
    first, last = frames
    height, width = last.image.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    picture = cv2.resize(last.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    elapsed = last.clock - first.clock
    fps = round((last.index - first.index) / elapsed, 1) if elapsed > 0 else 0.0
    encoded = base64.b64encode(jpeg).decode()
    return {"is_ok": True, "words": "", "width": width, "height": height, "fps": fps, "jpeg": encoded}


def read_frames(url: str) -> tuple[Frame, Frame]:
    """The first frame and one a moment later. Raises ``SourceError``, ``EndOfSource``."""
    source = open_source(url)
    source.open()
    try:
        first = last = source.read()
        for _ in range(FRAMES - 1):
            try:
                last = source.read()
            except EndOfSource:
                break
        return first, last
    finally:
        source.close()


if __name__ == "__main__":
    json.dump(probe(sys.stdin.read().strip()), sys.stdout)
