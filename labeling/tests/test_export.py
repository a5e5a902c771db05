"""A dataset goes out as its readers want it, and no plate is in two splits."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import cv2
import pytest
import yaml

from inference.training.dataset import load_crops
from inference.training.photos import Findings, check_photos, read_photos
from labeling.choices import Review, State
from labeling.dataset_files import FolderTarget, TargetError, ZipTarget
from labeling.dataset_plan import Options, make_plan
from labeling.export import Counts, export_dataset
from labeling.models import Sample
from labeling.tests.dataset_rows import BEGINNING, make_sample

pytestmark = pytest.mark.django_db


def silent(step: str, done: int, total: int) -> None:
    """For tests that look at the result only."""


def write(folder: Path, options: Options | None = None) -> Counts:
    return export_dataset(FolderTarget(folder), options or Options(), silent)


def records(folder: Path) -> dict[str, dict[str, object]]:
    lines = (folder / "samples.jsonl").read_text().splitlines()
    return {record["uid"]: record for record in map(json.loads, lines)}


def test_the_folder_is_what_the_trainers_read(tmp_path: Path) -> None:
    made = [make_sample(number) for number in range(30)]
    counts = write(tmp_path / "out")
    crops, faults = load_crops([tmp_path / "out"])
    assert faults == []
    assert {crop.text for crop in crops} == {sample.text for sample in made}
    assert {crop.source for crop in crops} == {"Gate"}
    findings = Findings()
    read = {split: read_photos([tmp_path / "out"], [], split, findings) for split in ("train", "val")}
    check_photos(read, findings)
    assert findings.lines == []
    photo = read["train"][0]
    assert photo.boxes[0] == pytest.approx([110 / 320, 160 / 240, 210 / 320, 190 / 240], abs=1e-4)
    assert photo.corners[0, 2].tolist() == pytest.approx([210 / 320, 190 / 240, 1], abs=1e-4)
    with (tmp_path / "out/brand/labels.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert {row["split"] for row in rows} == {"train", "val"}
    assert all((tmp_path / "out/brand" / row["file"]).is_file() and row["brand"] == "BMW" for row in rows)
    told = yaml.safe_load((tmp_path / "out/data.yaml").read_text())
    assert told["names"] == {0: "plate"}
    assert all((tmp_path / "out" / told[split]).is_dir() for split in ("train", "val", "test"))
    assert counts.samples.total() == 30


def test_coco_says_the_same(tmp_path: Path) -> None:
    for number in range(12):
        make_sample(number)
    write(tmp_path / "out")
    seen = 0
    for split in ("train", "val", "test"):
        told = json.loads((tmp_path / "out/annotations" / f"{split}.json").read_text())
        names = {picture["id"]: picture["file_name"] for picture in told["images"]}
        seen += len(names)
        assert all((tmp_path / "out" / name).is_file() and f"/{split}/" in name for name in names.values())
        categories = {category["id"]: category["name"] for category in told["categories"]}
        for found in told["annotations"]:
            assert found["image_id"] in names
            assert categories[found["category_id"]] in ("plate", "car")
        plates = [found for found in told["annotations"] if found["category_id"] == 1]
        assert all(found["bbox"] == [110, 160, 100, 30] and found["num_keypoints"] == 4 for found in plates)
        assert len(plates) == len(names)
    assert seen == 12


def test_only_what_a_person_judged_goes_out_unless_asked(tmp_path: Path) -> None:
    judged = [make_sample(0), make_sample(1, state=State.CORRECTED, true_text="NEW1")]
    bad = make_sample(2, state=State.UNREADABLE, true_text="")
    sign = make_sample(3, state=State.NOT_A_PLATE, true_text="")
    pending = make_sample(4, state=State.PENDING, true_text="", labeled_at=None)
    disputed = make_sample(5, review=Review.DISPUTED)
    write(tmp_path / "out")
    told = records(tmp_path / "out")
    assert set(told) == {str(sample.uid) for sample in [*judged, bad, sign]}
    texts = (tmp_path / "out/labels.csv").read_text()
    assert "NEW1" in texts
    assert bad.text not in texts
    labels = {path.stem: path.read_text() for path in (tmp_path / "out/labels").rglob("*.txt")}
    assert labels[sign.uid.hex] == ""
    assert labels[bad.uid.hex].startswith("0 ")
    write(tmp_path / "all", Options(only_verified=False))
    assert set(records(tmp_path / "all")) == {*told, str(pending.uid), str(disputed.uid)}


def test_no_plate_visit_or_frame_is_in_two_splits() -> None:
    plates: dict[str, set[int]] = defaultdict(set)
    visits: dict[str, set[int]] = defaultdict(set)
    for number in range(120):
        values = {"visit": f"visit-{number // 2 % 45}", "picture_hash": ""}
        if number % 10 == 0:
            values["captured_at"] = BEGINNING + timedelta(days=2, minutes=number // 20)
        make_sample(number, f"PLATE{number % 50}", **values)
    plan = make_plan(Options())
    assert len(plan) == 120
    for sample in Sample.objects.all():
        plates[sample.true_text].add(plan.split_of[sample.pk])
        visits[sample.visit].add(plan.split_of[sample.pk])
        visits[f"{sample.captured_at}"].add(plan.split_of[sample.pk])
    assert {len(splits) for splits in [*plates.values(), *visits.values()]} == {1}


def test_a_plate_stays_in_its_split_when_others_come() -> None:
    for number in range(40):
        make_sample(number)
    before = make_plan(Options()).split_of
    for number in range(40, 60):
        make_sample(number)
    after = make_plan(Options()).split_of
    assert {pk: after[pk] for pk in before} == before
    assert set(after.values()) == {0, 1, 2}


def test_two_plates_are_enough_for_train_and_val() -> None:
    make_sample(0)
    make_sample(1)
    assert sorted(make_plan(Options()).split_of.values()) == [0, 1]


def test_of_samples_that_look_alike_the_first_goes_out(tmp_path: Path) -> None:
    first = make_sample(0)
    again = make_sample(0, uid=UUID(int=100), captured_at=BEGINNING + timedelta(seconds=5), group=first.group)
    other = make_sample(1, first.text, visit=first.visit, group=first.group)
    counts = write(tmp_path / "out")
    assert set(records(tmp_path / "out")) == {str(first.uid), str(other.uid)}
    assert counts.left_out["alike"] == 1
    assert again.visit == first.visit


def test_samples_of_one_frame_are_one_picture(tmp_path: Path) -> None:
    one = make_sample(0)
    other = make_sample(0, "OTHER1", uid=UUID(int=7), visit="b", group="b", plate_box=[10, 10, 60, 30], corners=None)
    counts = write(tmp_path / "out")
    (label,) = (tmp_path / "out/labels").rglob("*.txt")
    assert label.stem == one.uid.hex
    assert len(label.read_text().splitlines()) == 2
    told = records(tmp_path / "out")
    assert told[str(one.uid)]["files"]["frame"] == told[str(other.uid)]["files"]["frame"]
    assert counts.pictures.total() == 1


def test_moved_corners_move_the_crop_and_the_label(tmp_path: Path) -> None:
    corners = [[100.0, 150.0], [220.0, 150.0], [220.0, 200.0], [100.0, 200.0]]
    sample = make_sample(0, true_corners=corners)
    make_sample(1)
    write(tmp_path / "out")
    crop = cv2.imread(str(tmp_path / "out/crops" / f"{sample.uid.hex}.jpg"))
    assert crop.shape[1] > 120
    label = next((tmp_path / "out/labels").rglob(f"{sample.uid.hex}.txt")).read_text().split()
    assert float(label[3]) == pytest.approx(120 / 320, abs=1e-4)


def test_a_lost_picture_is_counted_and_the_rest_goes_out(tmp_path: Path) -> None:
    lost, kept = make_sample(0), make_sample(1)
    Path(lost.frame.path).unlink()
    counts = write(tmp_path / "out")
    assert set(records(tmp_path / "out")) == {str(kept.uid)}
    assert counts.left_out == {"picture missing": 1}


def test_a_zip_holds_what_the_folder_holds_byte_by_byte(tmp_path: Path) -> None:
    for number in range(6):
        make_sample(number)
    write(tmp_path / "out")
    for name in ("a.zip", "b.zip"):
        export_dataset(ZipTarget(tmp_path / name), Options(), silent)
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.testzip() is None
        names = set(packed.namelist())
        on_disk = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
        assert names == on_disk
        for line in packed.read("checksums.sha256").decode().splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256(packed.read(name)).hexdigest() == digest
            names.discard(name)
        assert names == {"checksums.sha256"}
        stable = {name: packed.read(name) for name in on_disk if name not in ("dataset.json", "checksums.sha256")}
    for name, content in stable.items():
        assert (tmp_path / "out" / name).read_bytes() == content
    assert not list(tmp_path.glob("*.part"))


def test_the_card_counts_and_names(tmp_path: Path) -> None:
    for number in range(10):
        make_sample(number)
    export_dataset(FolderTarget(tmp_path / "out"), Options(), silent, licence="CC BY 4.0")
    card = (tmp_path / "out/README.md").read_text()
    assert "CC BY 4.0" in card
    assert "| Gate | 10 |" in card
    assert "| detector 1 reader 1 | 10 |" in card
    assert json.loads((tmp_path / "out/dataset.json").read_text())["counts"]["states"] == {"correct": 10}


def test_a_stopped_export_leaves_no_zip(tmp_path: Path) -> None:
    make_sample(0)

    def stop(step: str, done: int, total: int) -> None:
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        export_dataset(ZipTarget(tmp_path / "a.zip"), Options(), stop)
    assert list(tmp_path.glob("*.zip*")) == []


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(TargetError, match="not empty"):
        FolderTarget(tmp_path)
