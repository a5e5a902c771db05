"""Picture files as they are meant to be seen, whatever camera or program wrote them."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, UnidentifiedImageError
from PIL import Image as PillowImage

from inference.types import Image

MAX_PIXELS = 64_000_000
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif"})
TURNS = {
    2: PillowImage.Transpose.FLIP_LEFT_RIGHT,
    3: PillowImage.Transpose.ROTATE_180,
    4: PillowImage.Transpose.FLIP_TOP_BOTTOM,
    5: PillowImage.Transpose.TRANSPOSE,
    6: PillowImage.Transpose.ROTATE_270,
    7: PillowImage.Transpose.TRANSVERSE,
    8: PillowImage.Transpose.ROTATE_90,
}
"""What makes a picture of each EXIF orientation upright."""


class SourceError(Exception):
    """A source cannot be opened, or gives no more frames; the message says why in one line, without passwords."""


def pictures_in(path: Path) -> list[Path]:
    """The picture itself, or the pictures of a folder and the folders below, by name."""
    if not path.is_dir():
        return [path]
    return sorted(found for found in path.rglob("*") if found.suffix.lower() in PICTURE_SUFFIXES and found.is_file())


def load_picture(path: Path) -> Image:
    """A picture file as it is meant to be seen. Raises ``SourceError`` of one line."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{path}: does not exist") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    return decode_picture(data, str(path))


def decode_picture(data: bytes, name: str) -> Image:
    """The bytes of a picture file as it is meant to be seen: turned as EXIF says, 8 bits, three channels.

    ``name`` is used in messages. Raises ``SourceError`` of one line.
    """
    if not data:
        raise SourceError(f"{name}: the file is empty (0 bytes)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of notes beside the picture that are damaged
            picture = PillowImage.open(io.BytesIO(data))
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise _too_large(name)
            return _bgr(_upright(picture))
    except PillowImage.DecompressionBombError:
        raise _too_large(name) from None
    except UnidentifiedImageError:
        raise SourceError(f"{name}: not a picture") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, struct.error) as error:
        raise SourceError(f"{name}: damaged picture: {' '.join(str(error).split()) or type(error).__name__}") from None


def _upright(picture: PillowImage.Image) -> PillowImage.Image:
    """Pillow's own ``exif_transpose`` writes all notes anew, and fails where one of them is damaged."""
    picture.load()
    try:
        turn = TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, ValueError, SyntaxError, EOFError, struct.error):
        turn = None
    return picture if turn is None else picture.transpose(turn)


def _bgr(upright: PillowImage.Image) -> Image:
    if upright.mode.startswith(("I", "F")):  # 16 bits and more: Pillow would cut off instead of scale
        values = np.asarray(upright, np.float32)
        scale = 255 / 65535 if values.max(initial=0) > 255 else 1.0
        gray = np.clip(values * scale, 0, 255).astype(np.uint8)
        return np.ascontiguousarray(np.repeat(gray[:, :, None], 3, axis=2))
    if upright.has_transparency_data:
        canvas = PillowImage.new("RGBA", upright.size, "white")
        canvas.alpha_composite(upright.convert("RGBA"))
        upright = canvas
    return np.ascontiguousarray(np.asarray(upright.convert("RGB"))[:, :, ::-1])


def _too_large(name: str) -> SourceError:
    return SourceError(f"{name}: has more than {MAX_PIXELS // 1_000_000} million pixels; scale it down")
