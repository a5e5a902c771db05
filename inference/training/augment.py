"""What weather, light, lenses and compression do to a plate crop."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


def cut_again(crop: Gray, size: tuple[int, int], rng: np.random.Generator) -> Gray:
    """A real crop cut once more with other margins, most often as an upright box around a plate seen at an angle.

    It is stretched to ``size`` (width, height).
    """
    height, width = crop.shape
    span = np.array([width, height], np.float32)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    grow = float(rng.choice([0.05, 0.12]))
    left, top, right, bottom = rng.uniform(-0.07, grow, 4)
    cut = corners + np.array([[-left, -top], [right, -top], [right, bottom], [-left, bottom]], np.float32) * span
    limit = float(rng.choice([1.0, 4.0, 9.0, 25.0]))
    angle = np.deg2rad(float(rng.uniform(-limit, limit)))
    sine, cosine = float(np.sin(angle)), float(np.cos(angle))
    middle = cut.mean(0)
    shear = float(rng.uniform(-0.12, 0.12))
    if limit > 9 or rng.random() < 0.6:
        wanted = np.array([cosine * width + abs(sine) * height, abs(sine) * width + cosine * height])
        cut = (cut - middle) * (wanted / span) + middle
    farther = rng.choice([[0, 3], [1, 2]])
    cut[farther, 1] += (cut[farther, 1] - middle[1]) * fall_away(rng)
    turn = np.array([[cosine, -sine + shear], [sine, cosine]], np.float32)
    cut = (cut - middle) @ turn.T + middle
    cut += rng.normal(0, 0.015, (4, 2)) * np.array([height, height])
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(cut.astype(np.float32), target)
    if width > size[0] * 1.6:
        crop = cv2.blur(crop, (2, 2))
    border = int(rng.choice([cv2.BORDER_REPLICATE, cv2.BORDER_TRANSPARENT]))
    canvas = background(rng, size) if border == cv2.BORDER_TRANSPARENT else None
    return np.asarray(cv2.warpPerspective(crop, matrix, size, canvas, cv2.INTER_LINEAR, border), np.uint8)


def fall_away(rng: np.random.Generator) -> float:
    """By how much of its height the nearer end of a plate looks taller than the farther one."""
    return float(rng.uniform(0, 0.5)) if rng.random() < 0.4 else 0.0


def background(rng: np.random.Generator, size: tuple[int, int]) -> Gray:
    """What is around a plate: paint, edges, grille bars, shadow."""
    width, height = size
    level = float(rng.uniform(5, 235))
    slope = np.linspace(0, float(rng.uniform(-60, 60)), height)[:, None] + np.linspace(
        0, float(rng.uniform(-40, 40)), width
    )
    canvas = np.clip(level + slope, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 5))):
        x, y = int(rng.integers(-20, width)), int(rng.integers(-10, height))
        end = (x + int(rng.integers(5, width)), y + int(rng.integers(2, 20)))
        cv2.rectangle(canvas, (x, y), end, int(rng.integers(0, 256)), -1 if rng.random() < 0.7 else 2)
    if rng.random() < 0.25:
        step, thick = int(rng.integers(5, 14)), int(rng.integers(1, 4))
        for y in range(0, height, step):
            cv2.line(canvas, (0, y), (width, y + int(rng.integers(-2, 3))), int(rng.integers(0, 256)), thick)
    return canvas


def degrade(crop: Gray, rng: np.random.Generator, strength: float = 1.0) -> Gray:
    """The crop as a worse camera, in worse light, would have seen it; ``strength`` scales how often."""

    def happens(share: float) -> bool:
        return bool(rng.random() < share * strength)

    image = crop
    if happens(0.25):
        image = _shadow(image, rng)
    if happens(0.12):
        image = _spots(image, rng)
    if happens(0.1):
        image = _glare(image, rng)
    if happens(0.06):
        image = _occlude(image, rng)
    if happens(0.55):
        image = _shrink(image, rng)
    if happens(0.25):
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.8)))
    if happens(0.2):
        image = _motion(image, rng)
    if happens(0.85):
        image = _light(image, rng)
    if happens(0.08):
        image = 255 - image
    if happens(0.35):
        noise = rng.standard_normal(image.shape, np.float32) * float(rng.uniform(2, 18))
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if happens(0.35):
        packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 80))])[1]
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return np.asarray(image, np.uint8)


def _light(image: Gray, rng: np.random.Generator) -> Gray:
    """Brightness, contrast and gamma, down to a night picture."""
    gamma = float(np.exp(rng.uniform(-0.6, 0.6)))
    low = float(rng.uniform(0, 90))
    high = float(rng.uniform(low + 35, 270)) if rng.random() < 0.4 else float(rng.uniform(170, 280))
    curve = np.clip(np.linspace(0, 1, 256) ** gamma * (high - low) + low, 0, 255).astype(np.uint8)
    return curve[image]


def _shrink(image: Gray, rng: np.random.Generator) -> Gray:
    """A plate 40 to 160 pixels wide."""
    height, width = image.shape
    wide = int(rng.uniform(40, 160) if rng.random() < 0.6 else rng.uniform(70, 160))
    tall = int(np.clip(wide * float(rng.uniform(0.2, 0.5)), 11, height))
    small = cv2.resize(image, (wide, tall), interpolation=cv2.INTER_AREA)
    way = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)[int(rng.choice(3, p=[0.6, 0.3, 0.1]))]
    return np.asarray(cv2.resize(small, (width, height), interpolation=way), np.uint8)


def _motion(image: Gray, rng: np.random.Generator) -> Gray:
    length = int(rng.integers(3, 10))
    kernel = np.zeros((length, length), np.float32)
    angle = float(rng.normal(0, 0.5))
    middle = (length - 1) / 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * middle
    start, end = middle - reach, middle + reach
    cv2.line(kernel, (round(start[0]), round(start[1])), (round(end[0]), round(end[1])), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def _shadow(image: Gray, rng: np.random.Generator) -> Gray:
    height, width = image.shape
    mask = np.ones((height, width), np.float32)
    x1, x2 = rng.uniform(0, width, 2)
    points = np.array([[0, 0], [x1, 0], [x2, height], [0, height]], np.int32)
    if rng.random() < 0.4:
        y1, y2 = rng.uniform(0, height, 2)
        points = np.array([[0, 0], [width, 0], [width, y1], [0, y2]], np.int32)
    cv2.fillPoly(mask, [points], float(rng.uniform(0.3, 0.8)))
    mask = cv2.blur(mask, (5, 5))
    if rng.random() < 0.5:
        mask = mask.min() + mask.max() - mask
    return np.asarray(image * mask, np.uint8)


def _glare(image: Gray, rng: np.random.Generator) -> Gray:
    height, width = image.shape
    spot = np.zeros((height, width), np.float32)
    axes = (int(rng.integers(10, width // 2)), int(rng.integers(6, height)))
    cv2.ellipse(spot, (int(rng.integers(width)), int(rng.integers(height))), axes, 0, 0, 360, 1.0, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), float(rng.uniform(4, 12)))
    return np.clip(image + spot * float(rng.uniform(40, 130)), 0, 255).astype(np.uint8)


def _spots(image: Gray, rng: np.random.Generator) -> Gray:
    """Dirt or rain."""
    height, width = image.shape
    dirty = image.copy()
    level = int(rng.integers(20, 200))
    for _ in range(int(rng.integers(3, 25))):
        center = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(dirty, center, int(rng.integers(1, 4)), level, -1)
    return np.asarray(cv2.addWeighted(image, 0.4, cv2.GaussianBlur(dirty, (3, 3), 0), 0.6, 0), np.uint8)


def _occlude(image: Gray, rng: np.random.Generator) -> Gray:
    """A tow hook, a cable or an edge in front of the plate, never a whole character."""
    height, width = image.shape
    covered = image.copy()
    x, lean = int(rng.integers(width)), int(rng.integers(-20, 21))
    cv2.line(covered, (x, 0), (x + lean, height), int(rng.integers(0, 256)), int(rng.integers(1, 4)))
    return covered
