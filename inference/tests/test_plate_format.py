"""How plates are written, and what the gaps between their characters tell."""

from __future__ import annotations

import pytest

from inference.plate_format import FORMATS, REGIONS, UnknownRegionError, as_spaced, is_word, normalize, regions_of


@pytest.mark.parametrize(
    ("written", "text"), [("M-ÜX 12", "MUX12"), ("51f·646.19", "51F64619"), (" ab 12 cd", "AB12CD"), ("--", "")]
)
def test_normalize_keeps_letters_and_digits_only(written: str, text: str) -> None:
    assert normalize(written) == text


def test_the_widest_gaps_tell_a_zero_from_an_o() -> None:
    british, french = [4.0, 4.0, 4.0, 7.0, 4.0, 4.0], [4.0, 7.0, 4.0, 4.0, 7.0, 4.0]
    for read in ("AV030JP", "AV03OJP"):
        assert as_spaced(read, british) == "AV03OJP"
        assert as_spaced(read, french) == "AV030JP"
        assert as_spaced(read, []) == read
    assert as_spaced("AV03OJP", french, "gb") == "AV03OJP"


def test_the_widest_gap_tells_a_one_from_an_i() -> None:
    dubai, latvia = [9.0, 4.0, 4.0, 4.0, 4.0], [4.0, 9.0, 4.0, 4.0, 4.0]
    for read in ("VI9584", "V19584"):
        assert as_spaced(read, dubai) == "V19584"
        assert as_spaced(read, latvia) == "VI9584"
        assert as_spaced(read, []) == read


def test_gaps_change_no_other_look_alikes() -> None:
    for read in ("GS3770", "NN8551"):
        for wide in range(5):
            assert as_spaced(read, [8.0 if at == wide else 4.0 for at in range(5)]) == read


@pytest.mark.parametrize("text", ["DL10CAB1234", "22BH1234AA", "21BH0001A"])
def test_plates_of_delhi_and_of_all_india_are_indian(text: str) -> None:
    assert regions_of(text) == ("in",)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("A1234B", "us"),
        ("RA8H5G", "us"),
        ("20AB123", "us"),
        ("HLF526T", "gb"),
        ("SGO501E", "de"),
        ("TOLAB12", "de"),
        ("4321AB75", "fr"),
        ("123ABC75", "fr"),
    ],
)
def test_plates_of_all_kinds_fit_their_region(text: str, region: str) -> None:
    assert region in regions_of(text)


@pytest.mark.parametrize(("text", "expected"), [("GOKARTN", True), ("G0KARTN", False), ("AUF", False), ("", False)])
def test_a_word_has_letters_only(text: str, expected: bool) -> None:
    assert is_word(text) is expected


def test_an_unknown_region_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownRegionError, match=r"'atlantis'.*br.*us"):
        regions_of("ABC1234", "atlantis")


def test_every_mask_is_made_of_known_marks() -> None:
    for entry in FORMATS:
        assert entry.region in REGIONS
        for mask in entry.masks:
            assert all(mark in "LNDP -.*|" or mark.islower() for mark in mask), (entry.region, mask)
            assert "P" not in mask or entry.prefixes, entry.region
