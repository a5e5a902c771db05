"""The empty street of the drawn camera: sky, houses, trees, road and markings, painted once."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.types import Image

WIDTH, HEIGHT = 1280, 720
FOCAL = 2000.0
CAMERA_HEIGHT = 2.0
HORIZON = 185.0
FAR = 90.0
NEAR = 6.0
ROAD = 3.6
PAVEMENT = 5.6
HOUSES = 8.0

Ground = tuple[float, float, float]
"""Meters: right of the camera, away from it, above the ground."""
Color = tuple[int, int, int]


def place(points: Sequence[Ground]) -> NDArray[np.float32]:
    """Where the camera sees these points, in pixels."""
    return np.array(
        [
            (WIDTH / 2 + FOCAL * x / distance, HORIZON + FOCAL * (CAMERA_HEIGHT - z) / distance)
            for x, distance, z in points
        ],
        np.float32,
    )


def paint_street(seed: int) -> Image:
    """The street without vehicles."""
    rng = np.random.default_rng((seed, 1))
    image = _sky(rng)
    _far_trees(image, rng)
    _quad(image, [(-40, FAR, 0), (40, FAR, 0), (40, NEAR, 0), (-40, NEAR, 0)], (88, 128, 104))
    for side in (-1, 1):
        for begin, end in ((58.0, 82.0), (40.0, 55.0), (27.0, 38.0), (15.0, 25.0)):
            _house(image, rng, side, begin, end)
        _pavement(image, rng, side)
    _road(image, rng)
    for distance in (62.0, 44.0, 31.0, 23.0):
        for side in (-1, 1):
            _tree(image, rng, side * (PAVEMENT + float(rng.uniform(0.2, 0.8))), distance + float(rng.uniform(-3, 3)))
    _lamp(image, 4.6, 26.0)
    _lamp(image, -4.6, 48.0)
    return _finish(image)


def _sky(rng: np.random.Generator) -> Image:
    ramp = np.clip(np.arange(HEIGHT, dtype=np.float32) / HORIZON, 0, 1)[:, None, None]
    sky = np.array((226, 186, 142), np.float32) * (1 - ramp) + np.array((238, 226, 214), np.float32) * ramp
    noise = rng.random((9, 16)).astype(np.float32)
    clouds = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    cover = np.clip((clouds - 0.55) * 2.2, 0, 0.8)[:, :, None]
    return np.asarray(sky + (np.float32(250) - sky) * cover, np.uint8)


def _quad(image: Image, points: Sequence[Ground], color: Color) -> None:
    cv2.fillPoly(image, [np.round(place(points) * 16).astype(np.int32)], color, cv2.LINE_AA, 4)


def _foliage(image: Image, rng: np.random.Generator, center: tuple[float, float], radius: float) -> None:
    """Blobs from dark below to light above."""
    for step in range(90):
        angle, reach = rng.uniform(0, 2 * np.pi), radius * float(rng.uniform(0, 1)) ** 0.6
        x, y = center[0] + reach * np.cos(angle), center[1] + 0.8 * reach * np.sin(angle)
        light = 0.55 + 0.45 * (center[1] - y) / radius + 0.25 * float(rng.random()) + step / 400
        color = tuple(float(np.clip(value * light, 0, 255)) for value in (54, 112, 84))
        size = max(1, int(radius * rng.uniform(0.10, 0.26)))
        cv2.circle(image, (int(x), int(y)), size, color, -1, cv2.LINE_AA)


def _far_trees(image: Image, rng: np.random.Generator) -> None:
    for x in range(330, 960, 34):
        _foliage(image, rng, (x, HORIZON - float(rng.uniform(8, 40))), float(rng.uniform(22, 44)))


def _house(image: Image, rng: np.random.Generator, side: int, begin: float, end: float) -> None:
    height, length = float(rng.uniform(5.2, 7.5)), end - begin
    walls: tuple[Color, ...] = ((150, 178, 206), (188, 202, 214), (118, 136, 178), (204, 206, 204), (140, 168, 184))
    wall = walls[int(rng.integers(len(walls)))]
    face = _facade(rng, length, height, wall)
    x = side * HOUSES
    corners = place([(x, end, height), (x, begin, height), (x, begin, 0), (x, end, 0)])
    h, w = face.shape[:2]
    warp = cv2.getPerspectiveTransform(np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32), corners)
    roof = [(x, end, height), (x, begin, height), (x * 1.5, begin, height + 2.6), (x * 1.5, end, height + 2.6)]
    _quad(image, roof, (62, 66, 92) if rng.random() < 0.5 else (78, 76, 80))
    gable = [
        (x, begin, 0),
        (x, begin, height),
        (x * 1.5, begin, height + 2.6),
        (x * 2, begin, height),
        (x * 2, begin, 0),
    ]
    cv2.fillPoly(image, [place(gable).astype(np.int32)], tuple(int(value * 0.82) for value in wall), cv2.LINE_AA)
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), warp, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    warped = cv2.warpPerspective(face, warp, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    cv2.copyTo(warped, mask, image)


def _facade(rng: np.random.Generator, length: float, height: float, wall: Color) -> Image:
    """A house front, 40 pixels a meter."""
    face = np.empty((int(height * 40), int(length * 40), 3), np.uint8)
    face[:] = wall
    face[::8] = np.clip(np.array(wall) * 0.94, 0, 255)
    face[-24:] = (112, 116, 120)
    for top in range(40, face.shape[0] - 110, 112):
        for left in range(50, face.shape[1] - 80, 116):
            glass = (86, 74, 62) if rng.random() < 0.75 else (150, 190, 214)
            cv2.rectangle(face, (left - 6, top - 6), (left + 58, top + 70), (232, 234, 234), -1)
            cv2.rectangle(face, (left, top), (left + 24, top + 64), glass, -1)
            cv2.rectangle(face, (left + 28, top), (left + 52, top + 64), glass, -1)
            cv2.line(face, (left + 2, top + 40), (left + 50, top + 8), (150, 140, 126), 2, cv2.LINE_AA)
    door = int(rng.integers(60, max(61, face.shape[1] - 120)))
    cv2.rectangle(face, (door, face.shape[0] - 100), (door + 46, face.shape[0] - 8), (52, 58, 84), -1)
    return face


def _pavement(image: Image, rng: np.random.Generator, side: int) -> None:
    inner, outer = side * ROAD, side * PAVEMENT
    _quad(image, [(outer, FAR, 0), (side * HOUSES, FAR, 0), (side * HOUSES, NEAR, 0), (outer, NEAR, 0)], (74, 126, 98))
    _quad(image, [(inner, FAR, 0), (outer, FAR, 0), (outer, NEAR, 0), (inner, NEAR, 0)], (164, 168, 170))
    for distance in np.arange(NEAR, 50, 1.2):
        gap = [(inner, distance + 0.02, 0), (outer, distance + 0.02, 0), (outer, distance, 0), (inner, distance, 0)]
        _quad(image, gap, (144, 148, 150))
    kerb = [(inner, FAR, 0), (inner + side * 0.16, FAR, 0), (inner + side * 0.16, NEAR, 0), (inner, NEAR, 0)]
    _quad(image, kerb, (190, 193, 194))
    hedge = side * 7.2
    if rng.random() < 0.8:
        _quad(image, [(hedge, 60, 0.9), (hedge, 17, 0.9), (hedge, 17, 0), (hedge, 60, 0)], (44, 92, 62))
        _quad(
            image, [(hedge, 60, 0.9), (hedge, 17, 0.9), (hedge * 1.1, 17, 0.9), (hedge * 1.1, 60, 0.9)], (66, 124, 88)
        )


def _road(image: Image, rng: np.random.Generator) -> None:
    grain = rng.normal(0, 1, (1600, 400)).astype(np.float32)
    worn = 0.6 * grain + 3.0 * cv2.GaussianBlur(grain, (0, 0), 3) + 14 * cv2.GaussianBlur(grain, (0, 0), 18)
    wheels = 5 * np.exp(-(((np.abs(np.linspace(-ROAD, ROAD, 400)) - 1.75) ** 2 - 0.5) ** 2) / 0.1)
    texture = np.clip(104 + 5 * worn - wheels[None, :], 70, 150).astype(np.uint8)
    surface = cv2.merge([texture, texture, np.clip(texture.astype(np.int16) - 2, 0, 255).astype(np.uint8)])
    corners = place([(-ROAD, 60, 0), (ROAD, 60, 0), (ROAD, NEAR, 0), (-ROAD, NEAR, 0)])
    _quad(image, [(-ROAD, FAR, 0), (ROAD, FAR, 0), (ROAD, 55, 0), (-ROAD, 55, 0)], (106, 106, 104))
    warp = cv2.getPerspectiveTransform(np.array([(0, 0), (400, 0), (400, 1600), (0, 1600)], np.float32), corners)
    mask = cv2.warpPerspective(np.full(texture.shape, 255, np.uint8), warp, (WIDTH, HEIGHT))
    cv2.copyTo(cv2.warpPerspective(surface, warp, (WIDTH, HEIGHT), flags=cv2.INTER_AREA), mask, image)
    for begin in np.arange(NEAR, 80, 4.5):
        dash = [(-0.07, begin + 2.2, 0), (0.07, begin + 2.2, 0), (0.07, begin, 0), (-0.07, begin, 0)]
        _quad(image, dash, (222, 226, 226))
    for side in (-1, 1):
        line = side * (ROAD - 0.28)
        edge = [(line - 0.06, FAR, 0), (line + 0.06, FAR, 0), (line + 0.06, NEAR, 0), (line - 0.06, NEAR, 0)]
        _quad(image, edge, (212, 216, 216))


def _tree(image: Image, rng: np.random.Generator, x: float, distance: float) -> None:
    (sx, sy), (ex, _) = place([(x - 0.5, distance, 0), (x + 3.5, distance, 0)])
    shade = np.zeros((HEIGHT, WIDTH), np.float32)
    reach = max(2, int((ex - sx) / 2))
    cv2.ellipse(shade, (int((sx + ex) / 2), int(sy)), (reach, max(2, reach // 6)), 0, 0, 360, 0.45, -1)
    soft = np.asarray(cv2.GaussianBlur(shade, (0, 0), 4))
    image[:] = (image * (1 - soft[:, :, None])).astype(np.uint8)
    trunk = [(x - 0.13, distance, 2.6), (x + 0.13, distance, 2.6), (x + 0.17, distance, 0), (x - 0.17, distance, 0)]
    _quad(image, trunk, (48, 66, 84))
    (cx, cy), (rx, _) = place([(x, distance, 4.0), (x + 1.7, distance, 4.0)])
    _foliage(image, rng, (float(cx), float(cy)), float(rx - cx))


def _lamp(image: Image, x: float, distance: float) -> None:
    _quad(
        image,
        [(x - 0.05, distance, 6), (x + 0.05, distance, 6), (x + 0.07, distance, 0), (x - 0.07, distance, 0)],
        (86, 88, 88),
    )


def _finish(image: Image) -> Image:
    """Haze in the distance, a darker rim, the softness of a lens."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    haze = (0.30 * np.exp(-np.abs(y - HORIZON) / 60))[:, :, None]
    rim = 1 - 0.16 * (((x / WIDTH - 0.5) * 2) ** 2 + ((y / HEIGHT - 0.5) * 2) ** 2)[:, :, None] / 2
    soft = cv2.GaussianBlur(image, (0, 0), 0.8).astype(np.float32)
    hazy = soft + (np.array((232, 222, 212), np.float32) - soft) * haze
    return np.asarray(np.clip(hazy * rim, 0, 255), np.uint8)
