"""Crops become readings; the weights that are delivered read clean plates of one and two rows."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.backends.base import load_backend
from inference.model_config import ModelConfig
from inference.plate_drawing import STYLES, draw_plate
from inference.plate_format import ALPHABET, REGIONS, regions_of
from inference.reader import PlateReader, decode, search, to_input, to_reading
from inference.weights import find_model

TEXT = Path("../shared/data/text/labels.csv")
CLASSES = ("", *ALPHABET)
CONFIG = ModelConfig("reader", "reader", "1", 192, 64, "gray", CLASSES)


class Says:
    """A backend that sees the given text in every crop, each character with 0.9 and the blank between them."""

    def __init__(self, text: str, other: str = "") -> None:
        steps = np.full((2 * len(text) + 1, len(CLASSES)), 0.001, np.float32)
        steps[::2, 0] = 0.99
        for index, char in enumerate(text):
            steps[2 * index + 1, CLASSES.index(char)] = 0.9
            if other:
                steps[2 * index + 1, CLASSES.index(other)] = 0.05
        self._steps = steps
        self.batches: list[tuple[int, ...]] = []

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.batches.append(batch.shape)
        assert 0 <= batch.min() <= batch.max() <= 1
        return [np.stack([self._steps] * len(batch))]


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    path, config = find_model("reader")
    return PlateReader(load_backend(path, threads=1), config)


def crop() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 255, (30, 100, 3)).astype(np.uint8)


def test_all_crops_go_through_the_network_in_one_batch() -> None:
    backend = Says("AB12")
    readings = PlateReader(backend, CONFIG).read([crop(), crop()[:, :40], crop()])
    assert backend.batches == [(3, 1, 64, 192)]
    assert [reading.text for reading in readings] == ["AB12"] * 3
    assert readings[0].char_confidences == pytest.approx((0.9,) * 4)
    assert readings[0].confidence == pytest.approx(0.9**4)


def test_no_crops_make_no_run() -> None:
    backend = Says("AB12")
    assert PlateReader(backend, CONFIG).read([]) == []
    assert backend.batches == []


class Wavers(Says):
    """Sees the first text, and at each place where the second differs its character with the given probability."""

    def __init__(self, text: str, other: str, seen_at: float) -> None:
        super().__init__(text)
        for place, (char, rival) in enumerate(zip(text, other, strict=True)):
            if char != rival:
                step = self._steps[2 * place + 1]
                step[CLASSES.index(char)], step[CLASSES.index(rival)] = 0.9 - seen_at, seen_at


@pytest.mark.parametrize(
    ("raw", "region", "text"),
    [
        ("0BC1234", "br", "OBC1234"),
        ("A8C1D23", "br", "ABC1D23"),
        ("ABCI234", "br", "ABC1234"),
        ("7B3O135", "cz", "7B30135"),
        ("7BO0844", None, "7B00844"),
        ("2BC1234", "br", "ZBC1234"),
        ("DL1OCAB1234", "in", "DL10CAB1234"),
        ("KYN98B8", "us-ny", "KYN9888"),
        ("ABCT234", "us-pa", "ABC7234"),
        ("HR26CT4O63", None, "HR26CT4063"),
    ],
)
def test_a_character_that_was_doubted_becomes_what_a_format_asks_for(raw: str, region: str | None, text: str) -> None:
    (reading,) = PlateReader(Wavers(raw, text, 0.06), CONFIG).read([crop()], region)
    assert (reading.text, reading.raw_text) == (text, raw)
    assert reading.region in (*regions_of(text, region), None)
    assert min(reading.char_confidences) > 0.5, "the format speaks for it"


def test_the_likelier_character_decides_between_two_that_fit() -> None:
    backend = Wavers("4BC1D23", "ABC1D23", 0.2)
    backend._steps[1, CLASSES.index("K")] = 0.1
    assert PlateReader(backend, CONFIG).read([crop()], "br")[0].text == "ABC1D23"
    backend._steps[1, CLASSES.index("K")] = 0.3
    assert PlateReader(backend, CONFIG).read([crop()], "br")[0].text == "KBC1D23"


@pytest.mark.parametrize(
    ("raw", "other", "region"),
    [
        ("MSGSFS", "MSG5F5", None),
        ("ELVISV", "ELV15V", None),
        ("O0O0O0O", "0O0O0O0", None),
        ("6BC1234", "GBC1234", "br"),
        ("B0123XYZ", "BO123XYZ", "ro"),
    ],
)
def test_no_format_changes_what_the_reader_is_sure_of(raw: str, other: str, region: str | None) -> None:
    (reading,) = PlateReader(Wavers(raw, other, 0.02), CONFIG).read([crop()], region)
    assert reading.text == raw


@pytest.mark.data
@pytest.mark.skipif(not TEXT.is_file(), reason="../shared/data is missing")
def test_no_true_text_of_the_validation_set_is_changed_when_it_was_surely_read() -> None:
    with TEXT.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == "val"]
    assert rows
    for row in rows:
        reader = PlateReader(Says(row["text"]), CONFIG)
        for region in {None, row["region"] if row["region"] in REGIONS else None}:
            assert reader.read([crop()], region)[0].text == row["text"], region


def test_what_fits_a_format_is_not_changed() -> None:
    (reading,) = PlateReader(Wavers("ABC1O23", "ABC1023", 0.4), CONFIG).read([crop()], "br")
    assert (reading.text, reading.region) == ("ABC1O23", "br")


@pytest.mark.parametrize(("seen", "word"), [("G0KARTN", "GOKARTN"), ("T0OLAZY", "TOOLAZY"), ("L0VE4NC", "L0VE4NC")])
def test_a_word_has_no_zero(seen: str, word: str) -> None:
    (reading,) = PlateReader(Wavers(seen, seen.replace("0", "O"), 0.3), CONFIG).read([crop()])
    assert (reading.text, reading.region) == (word, None)


def test_other_likely_characters_make_alternatives() -> None:
    (reading,) = PlateReader(Says("AB1", other="8"), CONFIG).read([crop()])
    texts = [text for text, _ in reading.alternatives]
    assert set(texts) == {"8B1", "A81", "AB8"}
    assert all(confidence < reading.confidence for _, confidence in reading.alternatives)


def overlooking(text: str, faint: int, seen_at: float) -> Says:
    """The text with one character seen at the given probability, else nothing at its place."""
    backend = Says(text)
    step = backend._steps[2 * faint + 1]
    step[CLASSES.index(text[faint])], step[0] = seen_at, 1 - seen_at
    return backend


def test_an_overlooked_character_comes_back_where_a_format_asks_for_it() -> None:
    (reading,) = PlateReader(overlooking("RJ27TC0530", 1, 0.2), CONFIG).read([crop()])
    assert (reading.text, reading.raw_text, reading.region) == ("RJ27TC0530", "R27TC0530", "in")
    assert reading.char_confidences == pytest.approx([0.9, 4 / 4.8, *[0.9] * 8])
    assert reading.confidence == pytest.approx(4 / 4.8 * 0.9**9, rel=1e-3)
    assert reading.alternatives[0][0] == "R27TC0530"


@pytest.mark.parametrize(
    ("text", "faint", "seen_at"),
    [("RJ27TC0530", 1, 0.03), ("AB123CD", 0, 0.4), ("NEVERSEEN", 2, 0.2)],
    ids=["far less likely", "fits as it is", "fits nothing either way"],
)
def test_what_was_hardly_seen_or_is_not_needed_stays_away(text: str, faint: int, seen_at: float) -> None:
    (reading,) = PlateReader(overlooking(text, faint, seen_at), CONFIG).read([crop()])
    assert reading.text == text[:faint] + text[faint + 1 :]


def test_a_search_adds_up_all_paths_of_a_text() -> None:
    steps = np.zeros((2, len(CLASSES)), np.float32)
    one, two = CLASSES.index("1"), CLASSES.index("2")
    steps[0, [0, one, two]] = 0.4, 0.6, 0.0
    steps[1, [0, one, two]] = 0.5, 0.3, 0.2
    guesses = {guess.text: guess for guess in search(steps, CLASSES)}
    assert guesses["1"].probability == pytest.approx(0.6 * 0.5 + 0.6 * 0.3 + 0.4 * 0.3)
    assert guesses["12"].probability == pytest.approx(0.6 * 0.2)
    assert guesses["2"].probability == pytest.approx(0.4 * 0.2)
    assert guesses[""].probability == pytest.approx(0.4 * 0.5)
    assert guesses["12"].confidences == pytest.approx((0.6, 0.2))
    assert sum(guess.probability for guess in guesses.values()) == pytest.approx(1)


def test_repeated_characters_need_a_blank_between_them() -> None:
    steps = np.zeros((5, len(CLASSES)), np.float32)
    for step, label in enumerate((1, 1, 0, 1, 2)):
        steps[step, label] = 1
    assert "".join(character.char for character in decode(steps, CLASSES)) == "001"


def test_an_empty_crop_is_no_error(reader: PlateReader) -> None:
    (reading,) = reader.read([np.zeros((0, 0, 3), np.uint8)])
    assert len(reading.char_confidences) == len(reading.raw_text)


def test_the_input_is_the_crop_stretched_and_gray() -> None:
    assert to_input(crop(), (192, 64)).shape == (64, 192)


@pytest.mark.parametrize("rows", [1, 2])
def test_the_delivered_weights_read_clean_plates(reader: PlateReader, rows: int) -> None:
    rng = np.random.default_rng(4)
    styles = [style for style in STYLES if style.rows == rows and style.weight >= 0.3]
    plates = [draw_plate(rng, style) for style in styles]
    readings = reader.read([plate.image for plate in plates])
    right = [reading.text == plate.text for reading, plate in zip(readings, plates, strict=True)]
    assert sum(right) / len(right) > 0.8


@pytest.mark.parametrize(("plate", "text"), [("AV03 OJP", "AV03OJP"), ("AV 030 JP", "AV030JP")])
def test_the_gaps_between_characters_tell_a_zero_from_an_o(plate: str, text: str) -> None:
    for read in ("AV03OJP", "AV030JP"):
        steps = np.full((96, len(CLASSES)), 0.001, np.float32)
        steps[:, 0] = 0.99
        places = [2 + 4 * index for index, char in enumerate(plate) if char != " "]
        for place, char in zip(places, read, strict=True):
            steps[place] = 0.001
            steps[place, CLASSES.index(char)] = 0.9
        assert to_reading(decode(steps, CLASSES), None).text == text


def test_what_surrounds_the_network_takes_little() -> None:
    reader, picture = PlateReader(Says("AV030JP"), CONFIG), crop()
    reader.read([picture])
    times = []
    for _ in range(20):
        began = time.perf_counter()
        reader.read([picture])
        times.append(time.perf_counter() - began)
    assert min(times) < 0.003
