"""Direction lines: who crosses one in the direction of its arrow approaches, who crosses it the other way recedes.

Points are shares of the picture's width and height, y downwards. The arrow of a line drawn from left to right points
down: towards the camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inference.types import Box, Direction, Observation

Point = tuple[float, float]
Line = tuple[Point, Point]


@dataclass(slots=True)
class Way:
    """Where a vehicle and its plate were seen last, and which line of all was crossed last and how."""

    vehicle: Point | None = None
    plate: Point | None = None
    crossed: Direction = "unknown"

    def see(self, observation: Observation, lines: Sequence[Line]) -> None:
        height, width = observation.frame.image.shape[:2]
        if observation.vehicle is not None:
            self.vehicle = self._step(self.vehicle, _share(observation.vehicle.box, width, height), lines)
        if observation.plate is not None:
            self.plate = self._step(self.plate, _share(observation.plate.box, width, height), lines)

    def _step(self, before: Point | None, now: Point, lines: Sequence[Line]) -> Point:
        if before is not None:
            for line in lines:
                self.crossed = crossing(line, before, now) or self.crossed
        return now

    def join(self, later: Way) -> None:
        """The other way turned out to be the same vehicle's, later on."""
        self.vehicle, self.plate = later.vehicle or self.vehicle, later.plate or self.plate
        self.crossed = later.crossed if later.crossed != "unknown" else self.crossed


def _share(box: Box, width: int, height: int) -> Point:
    x, y = box.center
    return x / width, y / height


def crossing(line: Line, before: Point, now: Point) -> Direction | None:
    """``None`` when the way from one place to the next does not meet the line."""
    if before == now or not segments_meet(line, (before, now)):
        return None
    behind, ahead = turn(*line, before), turn(*line, now)
    if behind == ahead:
        return None
    return "approaching" if behind < ahead else "receding"


def segments_meet(one: Line, other: Line) -> bool:
    (a, b), (c, d) = one, other
    turns = (turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    touching = ((turns[0], a, b, c), (turns[1], a, b, d), (turns[2], c, d, a), (turns[3], c, d, b))
    return any(side == 0 and _is_between(start, end, point) for side, start, end, point in touching)


def turn(a: Point, b: Point, c: Point) -> float:
    """Positive where ``c`` lies to the right of the way from ``a`` to ``b``, as one sees it on the picture."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_between(start: Point, end: Point, point: Point) -> bool:
    return min(start[0], end[0]) <= point[0] <= max(start[0], end[0]) and (
        min(start[1], end[1]) <= point[1] <= max(start[1], end[1])
    )
