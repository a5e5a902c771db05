"""Drawn plates as a camera would see them: framed, tilted, cut out by an imperfect detector."""

from __future__ import annotations

import string
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.plate_drawing import BUNDLED_FONTS, STYLES, PlateStyle, draw_plate, glyph
from inference.plate_format import ALPHABET
from inference.training.augment import background, fall_away

Gray = NDArray[np.uint8]
RANDOM_TEXT = 0.15
"""Share of plates whose text follows no format, so that formats help the reader and do not bind it."""
WORD_LETTERS = "EEEEEEAAAAAOOOOOOIIIIITTTTNNNNRRRRSSSSLLLLDDDHHHMMMUUUGGGBBBKKPPPCCCYYWWVVFFJXZQ"
"""As often as words have them: of a word that somebody chose the reader learns that it has an O and no 0."""


def find_fonts(folder: Path | None) -> tuple[str, ...]:
    """The font files below a folder, with the bundled ones; raises ``FileNotFoundError`` when it holds none."""
    if folder is None:
        return BUNDLED_FONTS
    found = tuple(str(path) for path in sorted(folder.rglob("*")) if path.suffix in (".ttf", ".otf", ".woff"))
    if not found:
        raise FileNotFoundError(f"no .ttf, .otf or .woff font below {folder}")
    return (*BUNDLED_FONTS, *found)


def draw_crop(
    rng: np.random.Generator,
    size: tuple[int, int],
    fonts: Sequence[str],
    style: PlateStyle | None = None,
    often: str = "",
) -> tuple[Gray, str]:
    """A plate crop of ``size`` (width, height) and its text, sharp and clean but for what stands on the plate.

    ``often``: letters that are to stand on it more often than the others.
    """
    text = _random_text(rng) if rng.random() < RANDOM_TEXT else None
    plate = draw_plate(rng, style, fonts, text, often)
    gray = cv2.cvtColor(plate.image, cv2.COLOR_BGR2GRAY)
    if rng.random() < (0.6 if plate.region.startswith("us") else 0.1):
        gray = _pictured(gray, rng)
    gray = _reshaped(gray, rng)
    if rng.random() < 0.3:
        gray = _embossed(gray, rng)
    _put_on(gray, rng, plate.region)
    border = _frame(gray, rng) if rng.random() < 0.6 else gray
    return _cut_out(border, gray.shape, size, rng), plate.text


def draw_set(count: int, seed: int, size: tuple[int, int], prefixes: Sequence[str] = ("",)) -> list[tuple[Gray, str]]:
    """Crops in the styles whose name begins with one of ``prefixes``: the same for the same seed."""
    rng = np.random.default_rng(seed)
    styles = [style for style in STYLES if style.name.startswith(tuple(prefixes))]
    return [draw_crop(rng, size, BUNDLED_FONTS, styles[index % len(styles)]) for index in range(count)]


def _random_text(rng: np.random.Generator) -> str:
    if rng.random() < 0.4:
        return _chosen_text(rng)
    chars = [ALPHABET[int(index)] for index in rng.integers(len(ALPHABET), size=int(rng.integers(4, 9)))]
    if rng.random() < 0.5:
        chars = [str(rng.choice(list("OQIDBSZG0158"))) if rng.random() < 0.4 else char for char in chars]
    place = int(rng.integers(1, len(chars)))
    return "".join(chars[:place]) + str(rng.choice(["", "-", " ", ".", "*"])) + "".join(chars[place:])


def _chosen_text(rng: np.random.Generator) -> str:
    """Letters like those of words, sometimes with a digit or two parts: GOKARTN, LOVE4NC, OH YES."""
    chars = [WORD_LETTERS[int(index)] for index in rng.integers(len(WORD_LETTERS), size=int(rng.integers(3, 9)))]
    if rng.random() < 0.3:
        chars[int(rng.integers(len(chars)))] = str(rng.integers(1, 10))
    place = int(rng.integers(1, len(chars)))
    return "".join(chars[:place]) + str(rng.choice(["", "", " ", "-", "*"])) + "".join(chars[place:])


def _reshaped(gray: Gray, rng: np.random.Generator) -> Gray:
    """Strokes thinner, thicker and bent, as in the many typefaces of plates that are in no font file."""
    height, width = gray.shape
    if rng.random() < 0.35:
        side = int(rng.integers(2, 4))
        change = cv2.erode if rng.random() < 0.5 else cv2.dilate
        gray = np.asarray(change(gray, np.ones((side, side), np.uint8)), np.uint8)
    if rng.random() < 0.35:
        coarse = rng.normal(0, height * float(rng.uniform(0.005, 0.025)), (2, 4, 12)).astype(np.float32)
        dx, dy = (cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC) for part in coarse)
        columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        bent = cv2.remap(gray, columns + dx, rows + dy, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
        gray = np.asarray(bent, np.uint8)
    return gray


def _embossed(gray: Gray, rng: np.random.Generator) -> Gray:
    """Light and shade along the edges of pressed characters."""
    shift = int(rng.integers(1, 4))
    relief = gray.astype(np.int16) - np.roll(gray, (shift, shift), (0, 1))
    return np.clip(gray - relief * float(rng.uniform(-0.4, 0.4)), 0, 255).astype(np.uint8)


def _pictured(gray: Gray, rng: np.random.Generator) -> Gray:
    """A printed picture behind the characters: hills, suns, trees, a fading sky."""
    height, width = gray.shape
    picture = np.zeros((height, width), np.float32)
    picture += np.linspace(*rng.uniform(-1, 1, 2), height, dtype=np.float32)[:, None]
    for _ in range(int(rng.integers(0, 5))):
        center = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(5, width // 3)), int(rng.integers(5, height // 2)))
        cv2.ellipse(picture, center, axes, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(-1, 1)), -1)
    picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.5, 3)))
    paper = np.abs(gray.astype(np.float32) - np.median(gray)) < 40
    return np.clip(gray + picture * paper * float(rng.uniform(15, 60)), 0, 255).astype(np.uint8)


def _put_on(gray: Gray, rng: np.random.Generator, region: str) -> None:
    """Screws and stickers."""
    height, width = gray.shape
    if rng.random() < 0.4:
        level, radius = int(rng.integers(20, 230)), max(2, int(height * float(rng.uniform(0.02, 0.05))))
        for x in (0.12, 0.88) if rng.random() < 0.6 else (0.3, 0.7):
            for y in (0.09, 0.91) if rng.random() < 0.5 else ((0.09,) if rng.random() < 0.5 else (0.5,)):
                cv2.circle(gray, (int(width * x), int(height * y)), radius, level, -1)
    if region.startswith("us") and rng.random() < 0.6:
        for x in (0.06, 0.8):
            if rng.random() < 0.7:
                y = 0.04 if rng.random() < 0.6 else 0.82
                corner = (int(width * x), int(height * y))
                end = (int(width * (x + 0.13)), int(height * (y + 0.14)))
                cv2.rectangle(gray, corner, end, int(rng.integers(60, 240)), -1)
                _write_on(gray, str(rng.choice(["OCT", "16", "JUN", "24", "MAR 19", "APR"])), (corner, end), rng)


def _write_on(gray: Gray, words: str, box: tuple[tuple[int, int], tuple[int, int]], rng: np.random.Generator) -> None:
    (x1, y1), (x2, y2) = box
    tall, wide = int((y2 - y1) * 0.7), int((x2 - x1) * 0.9)
    if tall < 4 or wide < 4:
        return
    shape = glyph(BUNDLED_FONTS[int(rng.integers(len(BUNDLED_FONTS)))], words)
    wide = min(wide, max(2, shape.shape[1] * tall // shape.shape[0]))
    mask = cv2.resize(shape, (wide, tall), interpolation=cv2.INTER_AREA)
    y, x = (y1 + y2 - tall) // 2, (x1 + x2 - wide) // 2
    part = gray[y : y + tall, x : x + wide]
    mask = mask[: part.shape[0], : part.shape[1]]
    part[mask > 128] = int(rng.integers(0, 256))


def _frame(gray: Gray, rng: np.random.Generator) -> Gray:
    """A holder around the plate, often with a dealer's name below or above."""
    height, width = gray.shape
    side = int(height * float(rng.uniform(0.02, 0.08)))
    above = int(height * float(rng.uniform(0.02, 0.22 if rng.random() < 0.3 else 0.06)))
    below = int(height * float(rng.uniform(0.03, 0.25)))
    framed = cv2.copyMakeBorder(gray, above, below, side, side, cv2.BORDER_CONSTANT, value=int(rng.integers(5, 200)))
    letters = string.ascii_letters + "    .-"
    for y, tall in ((0, above), (above + height, below)):
        if tall > height * 0.1 and rng.random() < 0.7:
            words = "".join(letters[int(index)] for index in rng.integers(len(letters), size=int(rng.integers(6, 22))))
            _write_on(framed, words.strip() or "auto", ((side, y), (side + width, y + tall)), rng)
    frame_center = np.array([above, below, side, side])
    padded = np.zeros((height + 2 * int(frame_center.max()), width + 2 * int(frame_center.max())), np.uint8)
    most = int(frame_center.max())
    padded[:] = framed[0, 0]
    padded[most - above : most + height + below, most - side : most + width + side] = framed
    return padded


def _cut_out(framed: Gray, plate: tuple[int, ...], size: tuple[int, int], rng: np.random.Generator) -> Gray:
    """The plate seen at an angle and cut out, either by its corners or by an upright box around it."""
    height, width = plate[:2]
    seen = _seen_corners(rng, width, height, rectified=bool(rng.random() < 0.5))
    low, high = seen.min(0), seen.max(0)
    span = high - low
    low = low - span * rng.uniform(-0.02, 0.13, 2) * rng.choice([0.3, 1.0])
    high = high + span * rng.uniform(-0.02, 0.13, 2) * rng.choice([0.3, 1.0])
    target = ((seen - low) / (high - low) * np.array(size)).astype(np.float32)
    pad_y, pad_x = (framed.shape[0] - height) / 2, (framed.shape[1] - width) / 2
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + np.array(
        [pad_x, pad_y], np.float32
    )
    matrix = cv2.getPerspectiveTransform(source, target)
    shrink = int(max(1, framed.shape[1] // (size[0] * 1.5)))
    if shrink > 1:
        framed = cv2.blur(framed, (shrink, shrink))
    canvas = background(rng, size)
    cv2.warpPerspective(framed, matrix, size, canvas, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
    return canvas


def _seen_corners(rng: np.random.Generator, width: int, height: int, rectified: bool) -> NDArray[np.float64]:
    """The corners as they lie in the picture, tilted and in perspective; nearly upright when ``rectified``."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64) - np.array([width, height]) / 2
    squash = 1.0 if rectified else float(rng.uniform(0.55, 1.15))
    corners[:, 0] *= squash
    if not rectified:
        corners[rng.choice([[0, 3], [1, 2]]), 1] /= 1 + fall_away(rng)
    limit = 2.5 if rectified else float(rng.choice([5.0, 12.0, 22.0]))
    angle = np.deg2rad(float(rng.uniform(-limit, limit)))
    shear = float(rng.uniform(-0.06, 0.06) if rectified else rng.uniform(-0.25, 0.25))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    slant = np.array([[1.0, shear], [0.0, 1.0]])
    noise = rng.normal(0, 0.02 if rectified else 0.035, (4, 2)) * np.array([height, height])
    return np.asarray(corners @ slant.T @ turn.T + noise)
