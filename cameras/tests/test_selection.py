"""Which looks Recognize keeps."""

from __future__ import annotations

from cameras.tests.clock import frame
from cameras.worker.selection import Selection
from inference.types import Box, FrameResult, Observation, Plate, Reading, Standing, Vehicle


def look(clock: float, reason: str | None, track: str = "one", *, still: bool = False) -> FrameResult:
    seen = frame(int(clock * 10), clock)
    vehicle = Vehicle(Box(10, 10, 90, 90), "car", 0.9)
    reading = None if reason in ("no_plate", "duplicate") else Reading("AB123", 0.9)
    observation = Observation(seen, vehicle, Plate(Box(20, 60, 60, 70), 0.9), reading, reason=reason)
    return FrameResult(
        seen, observations=(observation,), standings=(Standing(track) if track else None,), is_still=still
    )


def kept(results: list[FrameResult]) -> list[float]:
    selection = Selection()
    return [result.frame.clock for result in results if selection.choose(result)]


def test_the_first_looks_that_counted_are_kept_of_each_pass() -> None:
    assert len(kept([look(n / 10, None) for n in range(50)])) == 8
    assert len(kept([look(n / 10, None, f"track-{n % 2}") for n in range(50)])) == 16


def test_failed_looks_are_kept_a_few_of_each_reason_and_not_all_at_once() -> None:
    assert kept([look(n / 10, "blur") for n in range(100)]) == [0, 0.5, 1]
    assert len(kept([look(n / 10, ("blur", "format")[n % 2]) for n in range(100)])) == 6


def test_what_is_not_followed_is_kept_rarely_but_for_ever() -> None:
    assert kept([look(n, "zone", "") for n in range(100)]) == [0, 20, 40, 60, 80]


def test_a_frame_that_was_not_looked_at_gives_nothing() -> None:
    assert kept([look(0, "blur", still=True)]) == []


def test_a_source_that_starts_over_is_kept_again() -> None:
    assert kept([look(30, "zone", ""), look(0, "zone", "")]) == [30, 0]


def test_memory_of_passes_is_bounded() -> None:
    selection = Selection()
    for n in range(2000):
        selection.choose(look(n, "blur", f"track-{n}"))
    assert len(selection._kept) == 500
