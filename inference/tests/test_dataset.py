"""A folder of crops is checked row by row before anything is trained."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.training.dataset import DatasetError, load_crops


def picture(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.random.default_rng(seed).integers(0, 255, (24, 80)).astype(np.uint8))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for index in range(3):
        picture(tmp_path / f"{index}.png", index)
    return tmp_path


def write(folder: Path, *rows: str, head: str = "file,text,split") -> None:
    (folder / "labels.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def test_good_rows_become_gray_crops_with_their_split(folder: Path) -> None:
    write(folder, "0.png,AB-12 C,train", "1.png,XYZ789,val")
    crops, faults = load_crops([folder])
    assert faults == []
    assert [(crop.text, crop.split, crop.image.shape) for crop in crops] == [
        ("AB12C", "train", (24, 80)),
        ("XYZ789", "val", (24, 80)),
    ]


def test_crops_of_an_unchecked_folder_are_told_apart(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("machine")
    picture(other / "9.png", 9)
    write(folder, "0.png,AB12,train")
    write(other, "9.png,XY34,train", "10.png,XY34,train")
    crops, faults = load_crops([folder], skip_bad=True, unchecked=[other])
    assert [(crop.text, crop.is_checked) for crop in crops] == [("AB12", True), ("XY34", False)]
    assert [fault.split(": ")[0] for fault in faults] == [f"{other / 'labels.csv'}:3"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("9.png,AB12,train", "9.png is missing"),
        ("broken.png,AB12,train", "damaged"),
        ("empty.png,AB12,train", "damaged"),
        ("1.png,,train", "1 to 12 characters"),
        ("1.png,ABCDEFGHIJKLM,train", "1 to 12 characters"),
        ("1.png,AB?12,train", "characters other than A-Z 0-9"),
        ("copy.png,AB12,val", "same picture as 0.png"),
    ],
)
def test_a_bad_row_is_named_with_file_and_line(folder: Path, row: str, fault: str) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG and then nothing")
    (folder / "empty.png").write_bytes(b"")
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    write(folder, "0.png,AB12,train", row)
    with pytest.raises(DatasetError, match="labels.csv:3: .*" + fault):
        load_crops([folder])
    crops, faults = load_crops([folder], skip_bad=True)
    assert len(crops) == 1
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("head", "message"),
    [("picture,plate", "must name the columns file and text"), ("file,text", "no crop in")],
)
def test_a_table_that_is_none_is_refused(folder: Path, head: str, message: str) -> None:
    write(folder, head=head)
    with pytest.raises(DatasetError, match=message):
        load_crops([folder])


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"labels\.csv is missing"):
        load_crops([tmp_path])
