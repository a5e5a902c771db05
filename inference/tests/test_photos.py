"""A folder in YOLO layout is read, and what is wrong in it is named with file and line."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.training.photos import BadData, Findings, check_photos, read_photos


def add(root: Path, name: str, label: str | None, *, split: str = "train", vehicles: str = "") -> Path:
    """A picture of its own noise with its labels."""
    for folder in ("images", "labels", "vehicles"):
        (root / folder / split).mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(abs(hash(name)) % 1000).integers(0, 255, (40, 80, 3), np.uint8)
    picture = root / "images" / split / f"{name}.jpg"
    cv2.imwrite(str(picture), noise)
    if label is not None:
        (root / "labels" / split / f"{name}.txt").write_text(label)
    if vehicles:
        (root / "vehicles" / split / f"{name}.txt").write_text(vehicles)
    return picture


def findings_of(root: Path) -> list[str]:
    findings = Findings()
    read_photos([root], [], "train", findings)
    return findings.lines


def test_boxes_are_read_as_corners_of_the_picture(tmp_path: Path) -> None:
    add(tmp_path, "a", "0 0.5 0.5 0.2 0.1\n")
    (photo,) = read_photos([tmp_path], [], "train", Findings())
    np.testing.assert_allclose(photo.boxes, [[0.4, 0.45, 0.6, 0.55]], rtol=1e-5)
    assert photo.corners[0, :, 2].sum() == 0


def test_corners_are_read_where_they_are_given(tmp_path: Path) -> None:
    add(tmp_path, "a", "0 0.5 0.5 0.2 0.1 0.4 0.45 2 0.6 0.45 2 0.6 0.55 2 0.4 0.55 2\n")
    (photo,) = read_photos([tmp_path], [], "train", Findings())
    np.testing.assert_allclose(photo.corners[0, 2], [0.6, 0.55, 1])


def test_vehicles_that_nobody_labelled_are_not_background(tmp_path: Path) -> None:
    add(tmp_path, "a", "0 0.5 0.5 0.2 0.1\n")
    add(tmp_path, "b", "0 0.5 0.5 0.2 0.1\n", vehicles="3 0.5 0.5 0.8 0.8 0.9\n0 0.5 0.5 0.8 0.8 0.2\n")
    without, with_vehicle = read_photos([tmp_path], [], "train", Findings())
    assert without.known.tolist() == [1, 0, 0, 0, 0]
    assert with_vehicle.known.tolist() == [1, 1, 1, 1, 1]
    assert with_vehicle.classes.tolist() == [0, 4]  # the unsure car is left out


def test_in_a_folder_of_vehicles_nothing_is_known_of_plates(tmp_path: Path) -> None:
    add(tmp_path, "a", "1 0.5 0.5 0.8 0.8\n")
    (photo,) = read_photos([], [tmp_path], "train", Findings())
    assert photo.known.tolist() == [0, 1, 1, 1, 1]
    assert photo.classes.tolist() == [2]


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("0 0.5 0.5 0.2 0.1\n1 0.5 0.5 0.2 0.1\n", "a.txt:2: class 1 is out of range 0-0"),
        ("0 0.5 0.5 0.2\n", "a.txt:1: expected: class x y width height"),
        ("0 1.5 0.5 0.2 0.1\n", "a.txt:1: the box must lie within 0-1"),
        ("0 0.5 0.5 0.0 0.1\n", "a.txt:1: the box must lie within 0-1 and not be empty"),
        ("plate 0.5 0.5 0.2 0.1\n", "a.txt:1: not numbers"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_kept(tmp_path: Path, label: str, message: str) -> None:
    add(tmp_path, "a", label)
    assert any(message in line for line in findings_of(tmp_path))


def test_missing_labels_and_pictures_are_named(tmp_path: Path) -> None:
    add(tmp_path, "a", None)
    add(tmp_path, "b", "").unlink()
    assert any("a.jpg: has no label file" in line for line in findings_of(tmp_path))
    assert any("b.txt: its picture is missing" in line for line in findings_of(tmp_path))


def test_an_empty_dataset_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="images/train: no such folder"):
        read_photos([tmp_path], [], "train", Findings())
    (tmp_path / "images" / "train").mkdir(parents=True)
    with pytest.raises(BadData, match="no pictures in it"):
        read_photos([tmp_path], [], "train", Findings())


def test_damaged_pictures_and_copies_across_splits_are_named_and_left_out(tmp_path: Path) -> None:
    whole = add(tmp_path, "a", "")
    add(tmp_path, "broken", "").write_bytes(b"no picture")
    add(tmp_path, "copy", "", split="val").write_bytes(whole.read_bytes())
    findings = Findings()
    read = {split: read_photos([tmp_path], [], split, findings) for split in ("train", "val")}
    good = check_photos(read, findings)
    assert {split: [photo.path.stem for photo in photos] for split, photos in good.items()} == {
        "train": [],
        "val": ["copy"],
    }
    assert any("broken.jpg: not a readable picture" in line for line in findings.lines)
    assert any("a.jpg: the same picture as" in line and "copy.jpg" in line for line in findings.lines)


def test_problems_stop_the_training_unless_they_are_to_be_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    findings = Findings(["a.txt:1: not numbers"])
    with pytest.raises(BadData, match="--skip-bad"):
        findings.stop_unless(False)
    findings.stop_unless(True)
    assert "a.txt:1" in capsys.readouterr().out
