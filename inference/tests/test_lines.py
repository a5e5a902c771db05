"""Which way a vehicle crosses a line that somebody drew."""

from __future__ import annotations

import pytest

from inference.lines import Line, crossing
from inference.tests.test_tracker import run
from inference.tracker import Tracker
from inference.types import Box

ACROSS: Line = ((0.1, 0.5), (0.9, 0.5))


@pytest.mark.parametrize(
    ("line", "before", "now", "way"),
    [
        (ACROSS, (0.5, 0.4), (0.5, 0.6), "approaching"),
        (ACROSS, (0.5, 0.6), (0.5, 0.4), "receding"),
        (ACROSS[::-1], (0.5, 0.4), (0.5, 0.6), "receding"),
        (ACROSS, (0.5, 0.5), (0.5, 0.6), "approaching"),
        (ACROSS, (0.95, 0.4), (0.95, 0.6), None),
        (ACROSS, (0.5, 0.1), (0.5, 0.4), None),
        (ACROSS, (0.2, 0.5), (0.4, 0.5), None),
        (ACROSS, (0.2, 0.6), (0.2, 0.6), None),
    ],
)
def test_a_line_is_crossed_in_the_direction_of_its_arrow_or_against_it(
    line: Line, before: tuple[float, float], now: tuple[float, float], way: str | None
) -> None:
    assert crossing(line, before, now) == way


def passing(*rows: int) -> list[Box]:
    return [Box(300, row - 30, 360, row + 30) for row in rows]


@pytest.mark.parametrize(
    ("rows", "direction"),
    [(range(100, 400, 20), "approaching"), (range(400, 100, -20), "receding"), (range(40, 160, 20), "unknown")],
)
def test_a_vehicle_of_unchanging_size_has_a_direction_once_it_crossed(rows: range, direction: str) -> None:
    line = ((0.0, 0.5), (1.0, 0.5))
    tracks = run(Tracker(45, [line]), passing(*rows), 10)
    assert tracks[-1].direction() == direction
    assert len({id(track) for track in tracks}) == 1


def test_who_turns_round_on_the_line_is_told_by_the_last_crossing() -> None:
    rows = [*range(200, 440, 20), *range(440, 200, -20)]
    assert run(Tracker(45, [((0.0, 0.5), (1.0, 0.5))]), passing(*rows), 10)[-1].direction() == "receding"
