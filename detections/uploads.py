"""Pictures that others send: what is taken, what is refused and why, before a pixel is decoded."""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct
import warnings
import zipfile
from typing import Literal

from django.utils.translation import gettext as _
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from inference.pictures import SourceError, decode_picture
from inference.types import Image

MAX_BYTES = 16 * 2**20
MAX_PIXELS = 50_000_000
MIN_SIDE = 16
FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
HEAD = 1024
ACTIVE = re.compile(rb"<(?:!doctype\s+html|html|script)[\s>]|<svg\s[^<>]{0,500}\bxmlns|<\?php\s", re.IGNORECASE)
"""Long enough not to stand in compressed pixels by chance."""
DATA_URL = re.compile(r"data:[\w.+/-]*(?:;[\w.+=-]+)*;base64,", re.ASCII)

Fault = Literal["no_picture", "too_large", "wrong_format", "damaged"]


class PictureError(Exception):
    """This picture is not taken; the message says why and what to do."""

    def __init__(self, fault: Fault, words: str) -> None:
        super().__init__(words)
        self.fault = fault


def check_size(size: int) -> None:
    """Raises ``PictureError`` for what is empty or too large."""
    if not size:
        raise PictureError("no_picture", _("The picture is empty (0 bytes)."))
    if size > MAX_BYTES:
        words = _("The picture has more than %d MB; send it smaller or more compressed.")
        raise PictureError("too_large", words % (MAX_BYTES // 2**20))


def from_base64(text: str) -> bytes:
    """The bytes of base64 or of a ``data:`` address. Raises ``PictureError``."""
    head = DATA_URL.match(text)
    body = text[head.end() :] if head else text
    if len(body) > MAX_BYTES * 4 // 3 + 1000:
        check_size(MAX_BYTES + 1)
    compact = "".join(body.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        data = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        words = _("The picture is neither base64 nor a data: address.")
        raise PictureError("wrong_format", words) from None
    check_size(len(data))
    return data


def open_picture(data: bytes) -> Image:
    """The pixels, upright as EXIF says. Raises ``PictureError``, for too many pixels before they are decoded."""
    check_size(len(data))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            width, height = PillowImage.open(io.BytesIO(data), formats=FORMATS).size
    except PillowImage.DecompressionBombError:
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise PictureError("wrong_format", _("Not a picture in one of the formats JPEG, PNG, BMP or WebP.")) from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise PictureError("damaged", _("The picture is damaged: %s") % _one_line(error)) from None
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        words = _("The picture has %(width)d × %(height)d pixels; a plate cannot be read in it.")
        raise PictureError("damaged", words % {"width": width, "height": height})
    if is_more_than_a_picture(data):
        raise PictureError(
            "wrong_format", _("The file is a picture and something else at once; send the picture alone.")
        )
    try:
        return decode_picture(data, "")
    except SourceError as error:
        words = str(error).removeprefix(": ").removeprefix("damaged picture: ")
        raise PictureError("damaged", _("The picture is damaged: %s") % words) from None


def is_more_than_a_picture(data: bytes) -> bool:
    """Whether it would also pass for an archive, a PDF or a web page; the film behind a phone's picture is none."""
    if b"%PDF-" in data[:HEAD] or ACTIVE.search(data):
        return True
    return b"PK\1\2" in data and zipfile.is_zipfile(io.BytesIO(data))


def _too_many_pixels() -> PictureError:
    words = _("The picture has more than %d million pixels; scale it down.")
    return PictureError("too_large", words % (MAX_PIXELS // 1_000_000))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
