"""What may be drawn on a camera's picture."""

from __future__ import annotations

import pytest

from cameras.shapes import read_lines, read_polygons

SQUARE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
BOW_TIE = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
ARROWHEAD = [[0.1, 0.1], [0.9, 0.5], [0.1, 0.9], [0.4, 0.5]]


def test_sound_polygons_are_read() -> None:
    assert read_polygons([SQUARE, ARROWHEAD])[0][1] == (0.9, 0.1)
    assert read_polygons([]) == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([BOW_TIE], "cross itself"),
        ([[[0, 0], [0.5, 0.5], [1, 1]]], "area"),
        ([[[0, 0], [1, 0], [1, 1], [0, 0], [0, 1]]], "cross itself"),
        ([[[0, 0], [1, 0], [1, 1.2]]], "outside the picture"),
        ([[[0, 0], [1, 0], [float("nan"), 1]]], "outside the picture"),
        ([[[0, 0], [1, 1]]], "at least three"),
        ([SQUARE] * 21, "At most 20"),
        ([SQUARE * 26], "at most 100"),
        ("all", "list"),
    ],
)
def test_a_polygon_that_makes_no_sense_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_polygons(value)


def test_lines_have_a_start_and_an_end() -> None:
    assert read_lines([[[0, 0.5], [1, 0.5]]]) == (((0.0, 0.5), (1.0, 0.5)),)
    for nonsense in ([[[0, 0.5]]], [[[0, 0.5], [0, 0.5]]], [[[0, 0], [1, 0], [1, 1]]]):
        with pytest.raises(ValueError, match="start and an end"):
            read_lines(nonsense)
