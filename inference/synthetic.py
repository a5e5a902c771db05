"""A drawn street with passing vehicles whose plates are known: the demo camera, tests, load, training data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.plate_drawing import STYLES, DrawnPlate, draw_plate
from inference.synthetic_canvas import COLORS, PIXELS_PER_METER, Color, Sprite
from inference.synthetic_large import draw_bus_front, draw_motorcycle_rear, draw_truck_front, draw_truck_rear
from inference.synthetic_shapes import SHAPES, Shape
from inference.synthetic_street import FOCAL, HEIGHT, WIDTH, paint_street, place
from inference.synthetic_vehicles import draw_front, draw_rear
from inference.types import Box, Corners, Image, Kind

LANE = 1.75
FAR_AWAY, FADED_IN, PASSED = 62.0, 52.0, 2.4
SECONDS_APART = 4.8
JITTER_S = 0.8
SPEEDS = (6.2, 7.0)
NO_REPEAT_S = 60.0
PLATE_MARGIN = 1.0

Draw = Callable[[Color, float, tuple[int, float]], Sprite]


@dataclass(frozen=True, slots=True)
class DrawnVehicle:
    """What was drawn and where; ``plate_corners`` is ``None`` while the plate is hidden or out of the picture."""

    box: Box
    kind: Kind
    color: str
    plate_text: str
    plate_corners: Corners | None
    region: str


@dataclass(frozen=True, slots=True)
class Passing:
    """One vehicle's pass; ``starts`` is when it comes into view. ``levels`` are its picture in halving sizes."""

    starts: float
    speed: float
    approaches: bool
    kind: Kind
    color: str
    plate: DrawnPlate
    sprite: Sprite
    levels: tuple[Image, ...]

    def distance(self, t: float) -> float:
        """Meters from the camera."""
        run = self.speed * (t - self.starts)
        return FAR_AWAY - run if self.approaches else PASSED + run


class Street:
    """Repeats exactly for a seed; ``render`` may be asked for any time, in any order."""

    fps = 12.0
    width = WIDTH
    height = HEIGHT

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._background = paint_street(seed)
        noise = np.random.default_rng((seed, 2)).integers(0, 9, (HEIGHT + 64, WIDTH + 64, 3))
        self._noise: Image = noise.astype(np.uint8)
        self._passing = lru_cache(maxsize=12)(self._make_passing)
        self._plate = lru_cache(maxsize=128)(self._make_plate)

    def render(self, t: float) -> tuple[Image, list[DrawnVehicle]]:
        """The picture ``t`` seconds after the beginning, and the vehicles in it, far ones first."""
        image = self._background.copy()
        drawn: list[DrawnVehicle] = []
        seen = sorted(self._in_view(t), key=lambda passing: -passing.distance(t))
        for passing in seen:
            vehicle = _draw(image, passing, t)
            if vehicle is not None:
                drawn = [*(_behind(other, vehicle) for other in drawn), vehicle]
        return self._film(image, t), drawn

    def _in_view(self, t: float) -> list[Passing]:
        longest = (FAR_AWAY - PASSED) / SPEEDS[0] + JITTER_S
        first, last = int((t - longest) // SECONDS_APART), int((t + JITTER_S) // SECONDS_APART) + 1
        turns = [(lane, turn) for turn in range(first, last + 1) for lane in (0, 1)]
        return [self._passing(lane, turn) for lane, turn in turns if self._is_in_view(lane, turn, t)]

    def _is_in_view(self, lane: int, turn: int, t: float) -> bool:
        starts, speed = self._schedule(lane, turn)
        return 0 <= t - starts <= (FAR_AWAY - PASSED) / speed

    def _schedule(self, lane: int, turn: int) -> tuple[float, float]:
        """When the vehicle comes into view, and its meters a second."""
        rng = np.random.default_rng((self._seed, 6, lane, turn + 10_000))
        return (turn + lane / 2) * SECONDS_APART + float(rng.uniform(0, JITTER_S)), float(rng.uniform(*SPEEDS))

    def _film(self, image: Image, t: float) -> Image:
        """The passing of clouds and the grain of the sensor."""
        moment = np.random.default_rng((self._seed, 3, abs(round(t * 1000))))
        gain = 1.0 + 0.04 * np.sin(t / 6) + 0.02 * np.sin(t / 2.3)
        x, y = (int(value) for value in moment.integers(0, 64, 2))
        lit = cv2.convertScaleAbs(image, alpha=float(gain), beta=-4)
        return np.asarray(cv2.add(lit, self._noise[y : y + HEIGHT, x : x + WIDTH]), np.uint8)

    def _make_plate(self, lane: int, turn: int, attempt: int, two_rows: bool) -> DrawnPlate:
        rng = np.random.default_rng((self._seed, 4, lane, turn + 10_000, attempt))
        double = [style for style in STYLES if style.rows == 2]
        return draw_plate(rng, double[int(rng.integers(len(double)))] if two_rows else None)

    def _make_passing(self, lane: int, turn: int) -> Passing:
        rng = np.random.default_rng((self._seed, 5, lane, turn + 10_000))
        approaches = lane == 0
        kind, draw = _choose(rng, approaches)
        color = str(rng.choice(list(COLORS), p=_COLOR_SHARES))
        plate = self._new_plate(lane, turn, kind == "motorcycle")
        aspect = round(plate.image.shape[1] / plate.image.shape[0], 1)
        sprite = draw(COLORS[color], -LANE if approaches else LANE, (plate.rows, aspect))
        cut = _with_plate(sprite, plate)
        levels = [cut]
        while min(levels[-1].shape[:2]) > 48:
            levels.append(np.asarray(cv2.pyrDown(levels[-1]), np.uint8))
        return Passing(*self._schedule(lane, turn), approaches, kind, color, plate, sprite, tuple(levels))

    def _new_plate(self, lane: int, turn: int, two_rows: bool) -> DrawnPlate:
        """A plate that none of the last minute had."""
        turns = int(NO_REPEAT_S / SECONDS_APART) + 3
        recent = {
            self._plate(other, earlier, 0, rows).text
            for other in (0, 1)
            for earlier in range(turn - turns, turn + 1)
            for rows in (False, True)
            if (other, earlier) != (lane, turn)
        }
        first = self._plate(lane, turn, 0, two_rows)
        return first if first.text not in recent else self._plate(lane, turn, 1, two_rows)


def _choose(rng: np.random.Generator, approaches: bool) -> tuple[Kind, Draw]:
    """Mostly cars; motorcycles are seen from behind, for that is where their plate is."""
    share = float(rng.random())
    if share < 0.76:
        shape = SHAPES[str(rng.choice(list(SHAPES), p=(0.34, 0.28, 0.24, 0.14)))]
        return "car", partial(_shaped, draw_front if approaches else draw_rear, shape)
    if approaches:
        return ("truck", draw_truck_front) if share < 0.9 else ("bus", draw_bus_front)
    return ("truck", draw_truck_rear) if share < 0.84 else ("motorcycle", draw_motorcycle_rear)


def _shaped(
    draw: Callable[[Shape, Color, float, tuple[int, float]], Sprite],
    shape: Shape,
    paint: Color,
    lane: float,
    plate: tuple[int, float],
) -> Sprite:
    return draw(shape, paint, lane, plate)


def _with_plate(sprite: Sprite, plate: DrawnPlate) -> Image:
    """The vehicle's picture, blue, green, red and alpha, with its plate hung up."""
    cut = np.dstack([sprite.color, sprite.alpha])
    width = int(np.linalg.norm(sprite.plate[1] - sprite.plate[0]))
    height = int(np.linalg.norm(sprite.plate[3] - sprite.plate[0]))
    small = cv2.resize(plate.image, (2 * width, 2 * height), interpolation=cv2.INTER_AREA)
    hung = cv2.merge([*cv2.split(cv2.convertScaleAbs(small, alpha=0.94)), np.full(small.shape[:2], 255, np.uint8)])
    source = np.array([(0, 0), (2 * width, 0), (2 * width, 2 * height), (0, 2 * height)], np.float32)
    warp = cv2.getPerspectiveTransform(source, sprite.plate)
    warped = cv2.warpPerspective(hung, warp, cut.shape[1::-1], flags=cv2.INTER_AREA)
    _blend(cut, np.asarray(warped, np.uint8))
    return cut


def _draw(image: Image, passing: Passing, t: float) -> DrawnVehicle | None:
    """Draws the vehicle where it is at this moment; ``None`` when hardly anything of it is in the picture."""
    distance = passing.distance(t)
    anchor = place([(-LANE if passing.approaches else LANE, distance, 0.0)])[0]
    scale = FOCAL / distance / PIXELS_PER_METER
    offset = anchor - scale * np.array(passing.sprite.anchor, np.float32)
    edges = np.array(passing.sprite.bounds).reshape(2, 2) * scale + offset
    box = Box(*(round(float(value)) for value in edges.ravel())).clip(WIDTH, HEIGHT)
    if box.area() < 64:
        return None
    fade = (FAR_AWAY - distance) / (FAR_AWAY - FADED_IN)
    _lay(image, passing.levels, scale, offset, min(1.0, max(0.0, fade)))
    corners: Corners = passing.sprite.plate * scale + offset
    inside = bool((corners >= PLATE_MARGIN).all() and (corners <= (WIDTH - PLATE_MARGIN, HEIGHT - PLATE_MARGIN)).all())
    return DrawnVehicle(
        box, passing.kind, passing.color, passing.plate.text, corners if inside else None, passing.plate.region
    )


def _lay(image: Image, levels: tuple[Image, ...], scale: float, offset: NDArray[np.float32], opacity: float) -> None:
    """Scales the cut-out, from the level next in size, and lays it over the picture."""
    level = max(0, min(int(-np.log2(scale)), len(levels) - 1))
    left, top = np.floor(offset).astype(int)
    width, height = np.ceil(np.array(levels[0].shape[1::-1]) * scale).astype(int) + 1
    x1, y1 = max(0, left), max(0, top)
    target = image[y1 : max(y1, min(HEIGHT, top + height)), x1 : max(x1, min(WIDTH, left + width))]
    if not target.size:
        return
    zoom = scale * 2**level
    warp = np.array([[zoom, 0, offset[0] - x1], [0, zoom, offset[1] - y1]], np.float32)
    moved = cv2.warpAffine(levels[level], warp, (target.shape[1], target.shape[0]), flags=cv2.INTER_LINEAR)
    _blend(target, np.asarray(moved if opacity >= 1 else cv2.convertScaleAbs(moved, alpha=opacity), np.uint8))


def _blend(target: Image, cut: Image) -> None:
    """Lays a premultiplied picture with alpha over ``target`` of three or four channels, in place."""
    channels = target.shape[2]
    rest = cv2.bitwise_not(cv2.extractChannel(cut, 3))
    kept = cv2.multiply(target, cv2.merge([rest] * channels), scale=1 / 255)
    over = cut if channels == 4 else cv2.cvtColor(cut, cv2.COLOR_BGRA2BGR)
    target[:] = cv2.add(kept, over)


def _behind(vehicle: DrawnVehicle, nearer: DrawnVehicle) -> DrawnVehicle:
    """The vehicle, without its plate when the nearer one hides it."""
    if vehicle.plate_corners is None:
        return vehicle
    x, y = vehicle.plate_corners.mean(axis=0)
    hidden = nearer.box.x1 <= x <= nearer.box.x2 and nearer.box.y1 <= y <= nearer.box.y2
    if not hidden:
        return vehicle
    return DrawnVehicle(vehicle.box, vehicle.kind, vehicle.color, vehicle.plate_text, None, vehicle.region)


_COLOR_SHARES = (0.13, 0.13, 0.04, 0.14, 0.05, 0.04, 0.13, 0.14, 0.16, 0.04)
