"""Drawn plates whose text is known: the layouts of many countries as data, and one function that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import font_fjallaone
import font_roboto
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from inference.plate_format import FORMATS, PlateFormat, normalize
from inference.plate_styles import BLUE, DARK, STYLES, WHITE, YELLOW, Color, PlateStyle
from inference.types import Image

__all__ = ["BUNDLED_FONTS", "STYLES", "DrawnPlate", "PlateStyle", "draw_plate", "glyph", "split_rows"]

BUNDLED_FONTS: tuple[str, ...] = tuple(
    str(path)
    for path in [*font_fjallaone.font_files.values(), *font_roboto.font_files.values()]
    if str(path).endswith(("FjallaOne-Regular.ttf", "Roboto-Bold.ttf", "Roboto-Medium.ttf"))
)

GLYPH_HEIGHT = 96


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """A clean front view; ``text`` is what a reader must say, a two-row plate top row first."""

    image: Image
    text: str
    region: str
    rows: int


_WEIGHTS = np.array([style.weight for style in STYLES])
_BY_REGION = {entry.region: entry for entry in FORMATS}


def draw_plate(
    rng: np.random.Generator,
    style: PlateStyle | None = None,
    fonts: Sequence[str] = BUNDLED_FONTS,
    text: str | None = None,
    often: str = "",
) -> DrawnPlate:
    """A clean plate, about 100-200 pixels high, in ``style`` or in a random one.

    ``text`` with its separators (``ABC-1D23``, rows parted by ``|``) replaces the random one, in which every third
    letter is one of ``often`` where the format has these.
    """
    chosen = style or STYLES[int(rng.choice(len(STYLES), p=_WEIGHTS / _WEIGHTS.sum()))]
    written = text or _write(rng, chosen, often)
    rows = split_rows(written) if chosen.rows == 2 else [written.replace("|", " ")]
    scale = float(rng.uniform(0.85, 1.0)) * (0.62 if chosen.rows == 2 or chosen.height > 120 else 0.9)
    width, height = int(chosen.width * scale), int(chosen.height * scale)
    place = int(rng.integers(max(len(chosen.papers), len(chosen.inks))))
    paper, ink = chosen.papers[place % len(chosen.papers)], chosen.inks[place % len(chosen.inks)]
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.clip(np.array(paper) + rng.integers(-12, 13), 0, 255)
    left, right = _draw_bands(image, chosen, rng, ink)
    top = int(height * (0.03 + chosen.head))
    bottom = int(height * (0.97 - chosen.foot))
    font = str(fonts[int(rng.integers(len(fonts)))])
    gap = (bottom - top) / len(rows)
    for index, row in enumerate(rows):
        middle = top + gap * (index + 0.5)
        tall = min(height * chosen.glyph_height * float(rng.uniform(0.9, 1.1)), gap * 0.94)
        _draw_row(image, row, font, (left, right, middle, tall), (chosen, rng, ink))
    if rng.random() < 0.6:
        cv2.rectangle(
            image, (1, 1), (width - 2, height - 2), ink if rng.random() < 0.7 else DARK, int(rng.integers(1, 4))
        )
    return DrawnPlate(image, normalize(written), chosen.region, len(rows))


def split_rows(written: str) -> list[str]:
    """The two rows of a text: parted at ``|``, else at the separator nearest the middle."""
    if "|" in written:
        return written.split("|")
    places = [index for index, char in enumerate(written) if char in " -.*" and 0 < index < len(written) - 1]
    if not places:
        half = len(written) // 2
        return [written[:half], written[half:]]
    place = min(places, key=lambda index: abs(index - len(written) / 2 + 0.5))
    return [written[:place], written[place + 1 :]]


def _write(rng: np.random.Generator, style: PlateStyle, often: str) -> str:
    """A random text with its separators."""
    known: PlateFormat = _BY_REGION[style.region]
    preferred = [letter for letter in known.letters if letter in often]
    mask = str(rng.choice(np.array(style.masks or known.masks)))
    prefix = str(rng.choice(np.array(known.prefixes))) if known.prefixes else ""
    written = ""
    for char in mask:
        if char == "L":
            few = preferred and rng.random() < 1 / 3
            written += str(rng.choice(np.array(preferred if few else list(known.letters))))
        elif char in "ND":
            written += str(rng.integers(char == "D", 10))
        else:
            written += prefix if char == "P" else char.upper()
    return written


def _draw_bands(image: Image, style: PlateStyle, rng: np.random.Generator, ink: Color) -> tuple[int, int]:
    """The coloured band and the small texts; returns the columns between which the text may stand."""
    height, width = image.shape[:2]
    left, right = int(width * 0.02), int(width * 0.98)
    if style.head_color:
        image[: int(height * style.head)] = style.head_color
    small = BUNDLED_FONTS[int(rng.integers(len(BUNDLED_FONTS)))]
    head_ink = WHITE if style.head_color else ink
    for part, texts, y in ((style.head, style.heads, 0.02), (style.foot, style.feet, 0.98 - style.foot)):
        words = str(rng.choice(np.array(texts))) if texts else ""
        if words:
            tall = int(height * part * float(rng.uniform(0.55, 0.85)))
            _draw_words(image, words, small, (width // 2, int(height * (y + part / 2)), tall), head_ink)
    if style.band and rng.random() < 0.93:
        wide = int(height * (0.36 if style.rows == 1 else 0.2))
        image[:, :wide] = style.band_color
        _draw_words(image, style.band, small, (wide // 2, int(height * 0.78), max(6, int(wide * 0.4))), WHITE)
        if style.band_color == BLUE:
            for angle in np.arange(12) * np.pi / 6:
                x, y = wide / 2 + np.cos(angle) * wide * 0.3, height * 0.33 + np.sin(angle) * wide * 0.3
                cv2.circle(image, (int(x), int(y)), 1, YELLOW, -1)
        left = wide + int(width * 0.01)
        if style.region in ("it", "fr", "al") and rng.random() < 0.7:
            right = width - wide
            image[:, right:] = style.band_color
            right -= int(width * 0.01)
    return left, right


@cache
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


@cache
def glyph(path: str, text: str) -> NDArray[np.uint8]:
    """The shape of a text, cut tight, ``GLYPH_HEIGHT`` pixels high; 255 is ink."""
    font = _font(path, GLYPH_HEIGHT)
    x1, y1, x2, y2 = font.getbbox(text)
    canvas = Picture.new("L", (max(1, int(x2 - x1)) + 4, max(1, int(y2 - y1)) + 4))
    ImageDraw.Draw(canvas).text((2 - x1, 2 - y1), text, fill=255, font=font)
    mask = np.asarray(canvas)
    rows, columns = np.flatnonzero(mask.max(1) > 60), np.flatnonzero(mask.max(0) > 60)
    if not rows.size:
        return np.zeros((GLYPH_HEIGHT, 4), np.uint8)
    tight = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    wide = max(2, round(tight.shape[1] * GLYPH_HEIGHT / tight.shape[0]))
    return np.asarray(cv2.resize(tight, (wide, GLYPH_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def _stamp(image: Image, mask: NDArray[np.uint8], place: tuple[float, float, float, float], ink: Color) -> None:
    """Paints a shape into the box x, y, width, height."""
    x, y, wide, tall = (round(value) for value in place)
    if wide < 1 or tall < 1:
        return
    x1, y1, x2, y2 = max(x, 0), max(y, 0), min(x + wide, image.shape[1]), min(y + tall, image.shape[0])
    if x2 <= x1 or y2 <= y1:
        return
    shape = cv2.resize(mask, (wide, tall), interpolation=cv2.INTER_AREA)[y1 - y : y2 - y, x1 - x : x2 - x, None]
    part = image[y1:y2, x1:x2]
    strength = shape.astype(np.float32) / 255
    part[:] = (part * (1 - strength) + np.array(ink, np.float32) * strength).astype(np.uint8)


def _draw_words(image: Image, words: str, font: str, place: tuple[int, int, int], ink: Color) -> None:
    """Small print centred on x, y."""
    x, y, tall = place
    mask = glyph(font, words)
    wide = min(mask.shape[1] * tall / GLYPH_HEIGHT * (1.15 if words.islower() else 1.0), image.shape[1] * 0.9)
    _stamp(image, mask, (x - wide / 2, y - tall / 2, wide, tall), ink)


def _draw_row(
    image: Image,
    row: str,
    font: str,
    place: tuple[float, float, float, float],
    look: tuple[PlateStyle, np.random.Generator, Color],
) -> None:
    """One row of characters between two columns; ``place`` is left, right, middle and character height."""
    left, right, middle, tall = place
    style, rng, ink = look
    pitch = float(rng.uniform(0.08, 0.2)) * tall * style.glyph_width / 0.56
    stretch = float(rng.uniform(0.85, 1.25))
    widths = []
    for char in row:
        if char.isalnum():
            natural = glyph(font, char).shape[1] / GLYPH_HEIGHT
            widths.append(tall * (natural if char in "1I" else 0.5 * natural + 0.5 * style.glyph_width) * stretch)
        else:
            widths.append(tall * {"*": float(rng.uniform(0.3, 0.6))}.get(char, float(rng.uniform(0.15, 0.35))))
    total = sum(widths) + pitch * (len(row) - 1)
    room = right - left
    squeeze = min(1.0, room * 0.97 / total) if total else 1.0
    if total * squeeze < room * 0.8 and rng.random() < 0.5:
        pitch += (room * 0.85 - total) / len(row) * float(rng.uniform(0.2, 1.0))
        total = sum(widths) + pitch * (len(row) - 1)
    x = left + (room - total * squeeze) / 2 + float(rng.uniform(-0.3, 0.3)) * max(0.0, room * 0.97 - total * squeeze)
    for char, wide in zip(row, widths, strict=True):
        wide *= squeeze
        if char.isalnum():
            _stamp(image, glyph(font, char), (x, middle - tall / 2, wide, tall), ink)
        else:
            _draw_separator(image, char, (x, middle, wide, tall), (rng, ink))
        x += wide + pitch * squeeze


def _draw_separator(
    image: Image, char: str, place: tuple[float, float, float, float], look: tuple[np.random.Generator, Color]
) -> None:
    x, middle, wide, tall = place
    rng, ink = look
    center = (round(x + wide / 2), round(middle))
    if char == "-":
        thick = max(1, round(tall * 0.06))
        cv2.rectangle(image, (round(x), center[1] - thick), (round(x + wide), center[1] + thick), ink, -1)
    elif char == ".":
        cv2.circle(
            image,
            (center[0], round(middle + tall * float(rng.choice([0.0, 0.42])))),
            max(1, round(tall * 0.06)),
            ink,
            -1,
        )
    elif char == "*":
        _draw_emblem(image, (center[0], middle, wide, tall), rng, ink)


def _draw_emblem(image: Image, place: tuple[int, float, float, float], rng: np.random.Generator, ink: Color) -> None:
    """A seal, a coat of arms or the outline of a state, in the ink or a color of its own."""
    x, middle, wide, tall = place
    color = ink if rng.random() < 0.4 else tuple(int(value) for value in rng.integers(30, 220, 3))
    axes = (max(2, round(wide * 0.45)), max(2, round(wide * float(rng.uniform(0.4, 0.7)))))
    for part in range(int(rng.integers(1, 3))):
        at = (x, round(middle + (part * 2 - 1) * tall * 0.22 if rng.random() < 0.5 else middle))
        shape = rng.random()
        if shape < 0.35:
            cv2.ellipse(image, at, axes, 0, 0, 360, color, -1)
        elif shape < 0.6:
            cv2.rectangle(image, (at[0] - axes[0], at[1] - axes[1]), (at[0] + axes[0], at[1] + axes[1]), color, -1)
        else:
            angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(5, 14))))
            reach = rng.uniform(0.3, 1.2, (len(angles), 1)) * axes
            points = at + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach
            cv2.fillPoly(image, [points.round().astype(np.int32)], color, cv2.LINE_AA)
