"""What is drawn on a camera's picture: polygons and lines in shares of its width and height, and their rules."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inference.lines import Line, Point, segments_meet
from inference.looks import Polygon

MOST_SHAPES = 20
MOST_POINTS = 100


def read_polygons(value: object) -> tuple[Polygon, ...]:
    """Raises ``ValueError`` with words for the person who drew them."""
    polygons = _read_shapes(value, 3, _("A polygon needs at least three [x, y] points."))
    for points in polygons:
        if _crosses_itself(points):
            raise ValueError(_("A polygon must not cross itself: move the points so that no two sides meet."))
        if _area(points) < 1e-6:
            raise ValueError(_("A polygon needs an area: its points lie on one line."))
    return polygons


def read_lines(value: object) -> tuple[Line, ...]:
    """Raises ``ValueError`` with words for the person who drew them."""
    lines = _read_shapes(value, 2, _("A line needs a start and an end, each [x, y]."))
    for points in lines:
        if len(points) != 2 or points[0] == points[1]:
            raise ValueError(_("A line needs a start and an end, each [x, y]."))
    return tuple((points[0], points[1]) for points in lines)


def validate_polygons(value: object) -> None:
    _validate(read_polygons, value)


def validate_lines(value: object) -> None:
    _validate(read_lines, value)


def _validate(read: Callable[[object], Any], value: object) -> None:
    try:
        read(value)
    except ValueError as error:
        raise ValidationError(error.args[0]) from error


def _read_shapes(value: object, least: int, too_few: Any) -> tuple[Polygon, ...]:
    if not isinstance(value, list):
        raise ValueError(_("Write a list of shapes, each a list of [x, y] points."))
    if len(value) > MOST_SHAPES:
        raise ValueError(_("At most 20 shapes can be drawn."))
    shapes = []
    for drawn in value:
        if not isinstance(drawn, list) or len(drawn) < least:
            raise ValueError(too_few)
        if len(drawn) > MOST_POINTS:
            raise ValueError(_("A shape has at most 100 points."))
        shapes.append(tuple(_read_point(point) for point in drawn))
    return tuple(shapes)


def _read_point(point: object) -> Point:
    if not isinstance(point, list) or len(point) != 2 or not all(_is_share(number) for number in point):
        raise ValueError(
            _("A point lies outside the picture: it is [x, y], both between 0 (left, top) and 1 (right, bottom).")
        )
    return float(point[0]), float(point[1])


def _is_share(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number <= 1


def _area(points: Polygon) -> float:
    pairs = zip(points, (*points[1:], points[0]), strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _crosses_itself(points: Polygon) -> bool:
    """Whether two sides that are not neighbours meet, or two neighbours lie on each other."""
    count = len(points)
    sides = [(points[index], points[(index + 1) % count]) for index in range(count)]
    for (i, one), (j, other) in combinations(enumerate(sides), 2):
        are_neighbours = j - i == 1 or (i == 0 and j == count - 1)
        if not are_neighbours and segments_meet(one, other):
            return True
    return len(set(points)) < count
