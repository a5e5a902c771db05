"""Formats decide look-alikes, and only where they can."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from inference.plate_format import FORMATS, REGIONS, UnknownRegionError, normalize, regions_of, repair

TEXT = Path("../shared/data/text/labels.csv")


@pytest.mark.parametrize(
    ("written", "text"), [("M-ÜX 12", "MUX12"), ("51f·646.19", "51F64619"), (" ab 12 cd", "AB12CD"), ("--", "")]
)
def test_normalize_keeps_letters_and_digits_only(written: str, text: str) -> None:
    assert normalize(written) == text


@pytest.mark.parametrize(
    ("raw", "region", "text"),
    [
        ("0BC1234", "br", "OBC1234"),
        ("A8C1D23", "br", "ABC1D23"),
        ("ABCI234", "br", "ABC1234"),
        ("7B3O135", "cz", "7B30135"),
        ("B0123XYZ", "ro", "B0123XYZ"),
        ("2BC1234", "br", "ZBC1234"),
        ("6BC1234", "br", "6BC1234"),
        ("KYN98B8", "us-ny", "KYN9888"),
    ],
)
def test_with_a_region_a_look_alike_becomes_what_the_mask_says(raw: str, region: str, text: str) -> None:
    assert repair(raw, (), region)[0] == text


def test_a_text_that_fits_is_never_changed() -> None:
    assert repair("ABC1O23", (), "br") == ("ABC1O23", "br")
    assert repair("AB12CDE")[0] == "AB12CDE"


def test_without_a_region_nothing_changes_unless_all_formats_agree() -> None:
    assert repair("O0O0O0O")[0] == "O0O0O0O"
    assert repair("HR26CT4O63") == ("HR26CT4063", "in")


def test_the_likelier_character_decides_between_two_that_fit() -> None:
    alternatives = [{}, {}, {}, {}, {"O": 0.1, "D": 0.3}, {}, {}]
    masks = {text for text in ("ABC1O23", "ABC1D23") if regions_of(text, "br")}
    assert masks == {"ABC1O23", "ABC1D23"}
    assert repair("A8C1023", alternatives, "br")[0] == "ABC1023"


def test_a_strong_doubt_swaps_any_character_where_a_format_asks_for_it() -> None:
    half, tenth = ([{}, {}, {}, {"7": doubt}, {}, {}, {}] for doubt in (0.4, 0.1))
    assert repair("ABCT234", half, "us-pa") == ("ABC7234", "us-pa")
    assert repair("ABCT234", tenth, "us-pa") == ("ABCT234", None)
    assert repair("TBC1D23", [{"7": 0.4}, *[{}] * 6], "br")[0] == "TBC1D23", "what fits stays"


def test_a_czech_zero_is_no_o_where_no_other_country_writes_one_there() -> None:
    czech = [4.0, 4.0, 9.0, 4.0, 4.0, 4.0]
    assert repair("7BO0844", gaps=czech) == ("7B00844", None)
    assert "cz" in regions_of("7B00844")


def test_the_widest_gaps_tell_a_zero_from_an_o() -> None:
    british, french = [4.0, 4.0, 4.0, 7.0, 4.0, 4.0], [4.0, 7.0, 4.0, 4.0, 7.0, 4.0]
    for read in ("AV030JP", "AV03OJP"):
        assert repair(read, gaps=british)[0] == "AV03OJP"
        assert repair(read, gaps=french)[0] == "AV030JP"
        assert repair(read)[0] == read
    assert repair("AV03OJP", region="gb", gaps=french) == ("AV03OJP", "gb")


def test_the_widest_gap_tells_a_one_from_an_i() -> None:
    dubai, latvia = [9.0, 4.0, 4.0, 4.0, 4.0], [4.0, 9.0, 4.0, 4.0, 4.0]
    for read in ("VI9584", "V19584"):
        assert repair(read, gaps=dubai)[0] == "V19584"
        assert repair(read, gaps=latvia)[0] == "VI9584"
        assert repair(read)[0] == read


@pytest.mark.parametrize("text", ["DL10CAB1234", "22BH1234AA", "21BH0001A"])
def test_plates_of_delhi_and_of_all_india_are_indian(text: str) -> None:
    assert regions_of(text) == ("in",)
    assert repair(text.replace("0", "O"), region="in") == (text, "in")


def test_gaps_change_no_other_look_alikes() -> None:
    for read in ("GS3770", "NN8551"):
        for wide in range(5):
            assert repair(read, gaps=[8.0 if at == wide else 4.0 for at in range(5)])[0] == read


def test_an_unknown_region_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownRegionError, match=r"'atlantis'.*br.*us"):
        repair("ABC1234", (), "atlantis")


def test_every_mask_is_made_of_known_marks() -> None:
    for entry in FORMATS:
        assert entry.region in REGIONS
        for mask in entry.masks:
            assert all(mark in "LNP -.*|" or mark.islower() for mark in mask), (entry.region, mask)
            assert "P" not in mask or entry.prefixes, entry.region


@pytest.mark.data
@pytest.mark.skipif(not TEXT.is_file(), reason="../shared/data is missing")
def test_no_true_text_of_the_validation_set_is_changed_by_its_own_region() -> None:
    with TEXT.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == "val"]
    changed = [
        (row["region"], row["text"], repair(row["text"], (), row["region"])[0])
        for row in rows
        if row["region"] in REGIONS and repair(row["text"], (), row["region"])[0] != row["text"]
    ]
    assert len(changed) <= len(rows) // 100, changed
    unchosen = [row["text"] for row in rows if repair(row["text"])[0] != row["text"]]
    assert len(unchosen) <= len(rows) // 200, unchosen
