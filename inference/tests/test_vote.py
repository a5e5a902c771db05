import numpy as np
import pytest

from inference.types import Attributes, Box, Frame, Observation, Plate, Reading, Vehicle
from inference.vote import MAX_FRAMES, MAX_TEXTS, AttributeBallot, Ballot, is_other_plate


def look(text: str, confidence: float | tuple[float, ...] = 0.9, index: int = 0) -> Observation:
    each = confidence if isinstance(confidence, tuple) else (confidence,) * len(text)
    frame = Frame(np.zeros((4, 4, 3), np.uint8), index, float(index), float(index))
    vehicle = Vehicle(Box(0, 0, 4, 4), "car", 0.9)
    return Observation(frame, vehicle, Plate(Box(0, 0, 4, 2), 0.9), Reading(text, min(each), each))


def ballot_of(*looks: tuple[Observation, float]) -> Ballot:
    ballot = Ballot()
    for observation, weight in looks:
        ballot.add(observation, weight)
    return ballot


def test_the_text_that_most_clear_looks_agree_on_wins():
    ballot = ballot_of((look("AB123CD"), 1), (look("A8123CD"), 0.4), (look("AB123CD"), 1))
    assert ballot.winner is not None
    assert (ballot.winner.text, ballot.winner.votes, ballot.looks) == ("AB123CD", 2, 3)
    assert ballot.others() == (("A8123CD", 1),)


def test_two_agreeing_looks_outrank_one_that_is_surer():
    ballot = ballot_of((look("XY999ZZ", 1.0), 2.0), (look("AB123CD", 0.6), 0.5), (look("AB123CD", 0.6), 0.5))
    assert ballot.winner is not None
    assert ballot.winner.text == "AB123CD"


def test_a_later_weak_look_does_not_overwrite_what_was_agreed():
    ballot = ballot_of(*[(look("AB123CD"), 1.0)] * 4, (look("AB128CD", 1.0), 1.0), (look("AB128CD", 1.0), 1.0))
    assert ballot.winner is not None
    assert ballot.winner.text == "AB123CD"


def test_clear_looks_correct_an_early_misreading():
    ballot = ballot_of(*[(look("AB128CD", 0.5), 0.2)] * 3, *[(look("AB123CD", 0.95), 1.5)] * 3)
    assert ballot.winner is not None
    assert ballot.winner.text == "AB123CD"


def test_confidence_is_that_of_the_weakest_character():
    sure_but_one = (0.99, 0.99, 0.3, 0.99)
    ballot = ballot_of((look("AB12", sure_but_one), 1.0), (look("AB12", sure_but_one), 1.0))
    assert ballot.winner is not None
    assert ballot.winner.confidence == pytest.approx(0.3)


def test_disagreement_on_a_character_lowers_its_confidence_only():
    ballot = ballot_of((look("AB12"), 1), (look("AB12"), 1), (look("AB72"), 1))
    assert ballot.winner is not None
    assert ballot.winner.char_confidences == pytest.approx((0.9, 0.9, 0.6, 0.9))


def test_the_evidence_is_a_frame_from_which_the_winning_text_was_read():
    ballot = ballot_of(
        (look("AB123CD", index=1), 0.5), (look("A8123CD", index=2), 2.0), (look("AB123CD", index=3), 1.9)
    )
    assert ballot.winner is not None
    best = ballot.winner.evidence.shown()
    assert best.reading is not None
    assert best.reading.text == ballot.winner.text == "AB123CD"
    assert best.frame.index == 3


def test_a_whole_plate_outranks_its_often_read_half():
    ballot = ballot_of(*[(look("19166"), 2.0)] * 5, *[(look("59KA19166", 0.7), 1.0)] * 2)
    assert ballot.winner is not None
    assert ballot.winner.text == "59KA19166"


def test_memory_stays_small_however_many_texts_are_read():
    ballot = Ballot()
    for number in range(300):
        ballot.add(look(f"AB{number:04d}", index=number), 1.0)
    assert len(ballot._tallies) <= MAX_TEXTS
    assert sum(tally.best is not None for tally in ballot._tallies.values()) <= MAX_FRAMES
    assert ballot.looks == 300


def test_packed_evidence_is_small_and_still_whole():
    ballot = ballot_of((look("AB123CD", index=4), 1.0), (look("A8123CD"), 0.5))
    ballot.pack()
    assert ballot.winner is not None
    assert ballot.winner.evidence.observation.frame.image.size == 0
    assert ballot.winner.evidence.shown().frame.image.shape == (4, 4, 3)
    assert ballot.winner.evidence.shown().frame.index == 4
    ballot.add(look("AB123CD", index=5), 2.0)
    assert ballot.winner.evidence.shown().frame.index == 5


@pytest.mark.parametrize(
    ("one", "other", "is_other"),
    [
        ("34A36837", "34A23126", True),
        ("23GSX6", "VGX6", True),
        ("AB123CD", "XY987ZW", True),
        ("34A36837", "34A36827", False),
        ("59KA19166", "19166", False),
        ("59KA19166", "59K119166", False),
        ("XSNB23", "SNB23", False),
        ("AB1", "XYZ", False),
    ],
)
def test_other_plates_are_told_from_misread_and_half_read_ones(one: str, other: str, is_other: bool):
    assert is_other_plate(one, other) is is_other
    assert is_other_plate(other, one) is is_other


def test_half_of_the_looks_are_enough_for_a_name():
    ballot = AttributeBallot()
    ballot.add(Attributes("unknown", 0.0, "red", 0.8), 10_000)
    ballot.add(Attributes("Toyota", 0.7, "unknown", 0.0), 10_000)
    assert ballot.result() == Attributes("Toyota", 0.35, "red", 0.4)
    assert AttributeBallot().result() == Attributes()


def test_a_color_that_few_looks_say_is_unknown():
    ballot = AttributeBallot()
    for color, confidence in (("white", 0.45), ("unknown", 0.3), ("unknown", 0.35)):
        ballot.add(Attributes("unknown", 0.2, color, confidence), 10_000)
    assert ballot.result() == Attributes()
    ballot.add(Attributes("unknown", 0.2, "white", 0.9), 40_000)
    assert ballot.result().color == "white"
