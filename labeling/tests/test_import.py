"""A dataset comes back as it went out, once, or not at all."""

from __future__ import annotations

import json
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from labeling import importer
from labeling.choices import Origin, State
from labeling.dataset_files import FolderTarget, ZipTarget
from labeling.dataset_plan import Options
from labeling.dataset_source import Refused
from labeling.export import export_dataset
from labeling.importer import import_dataset
from labeling.models import Label, PrivacyRecord, Sample
from labeling.tests.dataset_rows import make_sample

pytestmark = pytest.mark.django_db
FIRST = "00000000-0000-0000-0000-000000000001"
ABOUT = {"README.md", "dataset.json", "checksums.sha256"}
"""They name the day and where the samples come from."""


def silent(step: str, done: int, total: int) -> None:
    """For tests that look at the result only."""


def write(folder: Path) -> Path:
    export_dataset(FolderTarget(folder), Options(only_verified=False), silent)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    return {name: data for name, data in files.items() if name not in ABOUT}


@pytest.fixture
def dataset(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a few samples that are no longer in the database; made once, copied for each test."""
    kept = tmp_path_factory.getbasetemp() / "kept-dataset"
    if not kept.exists():
        for number in range(5):
            make_sample(number)
        make_sample(5, state=State.NOT_A_PLATE, true_text="")
        make_sample(6, true_brand="Lada", true_color="gold")
        write(kept)
        Sample.objects.all().delete()
    shutil.copytree(kept, tmp_path / "dataset")
    return tmp_path / "dataset"


def test_what_comes_in_goes_out_again_byte_by_byte(dataset: Path, tmp_path: Path) -> None:
    counts = import_dataset(dataset, silent)
    assert counts == {"new": 7}
    assert content(write(tmp_path / "again")) == content(dataset)
    sample = Sample.objects.get(true_brand="Lada")
    assert (sample.origin, sample.origin_name, sample.camera, sample.camera_name) == (
        Origin.IMPORT,
        "dataset",
        None,
        "Gate",
    )
    assert all(Path(getattr(sample, f).path).is_file() for f in ("frame", "vehicle_picture", "rectified_picture"))
    assert Label.objects.filter(action="import").count() == 7
    assert PrivacyRecord.objects.get().counts == {"new": 7}


def test_importing_twice_changes_nothing(dataset: Path, tmp_path: Path) -> None:
    import_dataset(dataset, silent)
    before = list(Sample.objects.order_by("pk").values())
    packed = Path(shutil.make_archive(str(tmp_path / "same"), "zip", tmp_path, "dataset"))
    assert import_dataset(packed, silent) == {"known": 7}
    assert list(Sample.objects.order_by("pk").values()) == before
    assert Label.objects.count() == 7


def test_a_zip_of_ours_comes_in_too(tmp_path: Path) -> None:
    for number in range(3):
        make_sample(number)
    export_dataset(ZipTarget(tmp_path / "a.zip"), Options(), silent)
    Sample.objects.all().delete()
    assert import_dataset(tmp_path / "a.zip", silent) == {"new": 3}


def test_an_open_sample_takes_the_answer_that_it_got_elsewhere(tmp_path: Path) -> None:
    make_sample(0)
    make_sample(1)
    write(tmp_path / "judged")
    waiting = {"state": State.PENDING, "true_text": "", "labeled_at": None}
    Sample.objects.filter(text="AB0000X").update(**waiting)
    Sample.objects.filter(text="AB0001X").update(true_text="OTHER")
    assert import_dataset(tmp_path / "judged", silent) == {"answered": 1, "known": 1}
    assert Sample.objects.get(text="AB0000X").true_text == "AB0000X"
    assert Sample.objects.get(text="AB0001X").true_text == "OTHER"


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.rglob(pattern))[0]


def change_record(folder: Path, **values: object) -> None:
    path = folder / "samples.jsonl"
    lines = path.read_text().splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | values)
    path.write_text("\n".join(lines) + "\n")


def swap(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


SPOIL: dict[str, tuple[Callable[[Path], object], str]] = {
    "picture missing": (lambda f: first(f, "images/*/*.jpg").unlink(), r"checksums.sha256:\d+: images/.+ is missing"),
    "no picture": (lambda f: first(f, "crops/*.jpg").write_bytes(b"GIF89a"), r"crops/.+\.jpg: this is not a JPEG"),
    "picture changed": (
        lambda f: shutil.copy(first(f, "crops/*1.jpg"), first(f, "crops/*3.jpg")),
        r"checksums.sha256:\d+: crops/.+ has changed since the export",
    ),
    "label outside": (
        lambda f: first(f, "labels/*/*1.txt").write_text("0 0.9 0.5 0.4 0.1\n"),
        r"labels/.+\.txt:1: the label lies outside the picture",
    ),
    "corner outside": (
        lambda f: swap(first(f, "labels/*/*1.txt"), " 2 0.", " 2 1."),
        r"labels/.+\.txt:1: the label lies outside the picture",
    ),
    "class of a label": (
        lambda f: first(f, "labels/*/*1.txt").write_text("7 0.5 0.5 0.4 0.1\n"),
        r"labels/.+\.txt:1: unknown class 7",
    ),
    "no numbers": (lambda f: first(f, "labels/*/*1.txt").write_text("plate\n"), r"labels/.+\.txt:1: not numbers"),
    "box outside": (lambda f: change_record(f, plate_box=[900, 10, 950, 30]), r"samples.jsonl:2: plate_box .* outside"),
    "corners of three": (lambda f: change_record(f, corners=[[1, 2]] * 3), r"samples.jsonl:2: corners .*wrong shape"),
    "unknown brand": (
        lambda f: change_record(f, true_brand="Batmobile"),
        r"samples.jsonl:2: unknown brand 'Bat",
    ),
    "unknown state": (lambda f: change_record(f, state="perhaps"), r"samples.jsonl:2: unknown state 'perhaps'"),
    "unknown kind": (lambda f: change_record(f, kind="tank"), r"samples.jsonl:2: unknown kind 'tank'"),
    "text": (lambda f: change_record(f, true_text="ab 12"), r"samples.jsonl:2: text 'ab 12'"),
    "long text": (lambda f: change_record(f, text="X" * 30), r"samples.jsonl:2: text must be a text of at most 20"),
    "number": (lambda f: change_record(f, confidence="high"), r"samples.jsonl:2: confidence must be a number"),
    "twice": (
        lambda f: change_record(f, uid=FIRST),
        r"samples.jsonl:2: .*there twice",
    ),
    "way out": (lambda f: change_record(f, files={"frame": "../../secret.jpg"}), r"samples.jsonl:2: files must"),
    "hash of the picture": (lambda f: change_record(f, picture_hash="zebra"), r"samples.jsonl:2: picture_hash 'zebra'"),
    "other readings": (lambda f: change_record(f, others=["AB1"]), r"samples.jsonl:2: others must be a list of texts"),
    "confidences": (lambda f: change_record(f, char_confidences=["a"]), r"samples.jsonl:2: char_confidences must"),
    "box of halves": (lambda f: change_record(f, plate_box=[10.5, 10, 90, 30]), r"samples.jsonl:2: plate_box .*shape"),
    "reason": (lambda f: change_record(f, reason="because"), r"samples.jsonl:2: unknown reason 'because'"),
    "camera": (lambda f: change_record(f, camera=7), r"samples.jsonl:2: camera must be a text"),
    "time": (lambda f: change_record(f, captured_at="2026-11-01T08:00:00"), r"samples.jsonl:2: captured_at .* zone"),
    "uid": (lambda f: change_record(f, uid=f"{{{FIRST}}}"), r"samples.jsonl:2: uid .* no UUID"),
    "another size": (
        lambda f: change_record(f, width=640, height=480),
        r"samples.jsonl:2: width and height are 640 × 480, those of the frame 320 × 240",
    ),
    "half a character": (lambda f: change_record(f, camera="\ud800"), r"samples.jsonl:2: .* half a character"),
    "deep": (lambda f: swap(f / "samples.jsonl", '"split"', "[" * 100_000), r"samples.jsonl:1: this line is not JSON"),
    "endless line": (lambda f: swap(f / "samples.jsonl", "{", " " * 2**20 + "{"), r"samples.jsonl:1: .* more than"),
    "cells missing": (
        lambda f: swap(f / "labels.csv", ",de,", "\n"),
        r"labels.csv:2: text 'AB\w+' must|labels.csv:2: split ''",
    ),
    "endless cell": (lambda f: swap(f / "labels.csv", ",de,", ',"' + "x" * 200_000), r"labels.csv:\d+: field larger"),
    "no JSON": (lambda f: swap(f / "samples.jsonl", "{", "["), r"samples.jsonl:1: this line is not JSON"),
    "class folder": (lambda f: swap(f / "brand/labels.csv", ",BMW,", ",BWM,"), r"brand/labels.csv:2: unknown brand"),
    "reader's text": (lambda f: swap(f / "labels.csv", ",AB0000X,", ",AB-1,"), r"labels.csv:\d+: text 'AB-1'"),
    "reader's picture": (lambda f: swap(f / "labels.csv", "crops/", "cut/"), r"labels.csv:2: picture .+ is missing"),
    "sum": (lambda f: swap(f / "checksums.sha256", "  ", " "), r"checksums.sha256:1: expected a sha256"),
    "format": (lambda f: swap(f / "dataset.json", '"format": 1', '"format": 9'), r"dataset.json:1: format 9"),
    "not a dataset": (lambda f: (f / "samples.jsonl").unlink(), r"samples.jsonl: is missing: this is not a dataset"),
}


@pytest.mark.parametrize("spoiled", SPOIL)
def test_bad_input_is_refused_with_file_and_line_and_nothing_comes_in(dataset: Path, spoiled: str) -> None:
    spoil, fault = SPOIL[spoiled]
    spoil(dataset)
    with pytest.raises(Refused, match=fault):
        import_dataset(dataset, silent)
    assert not Sample.objects.exists()
    assert not Label.objects.exists()


def pack(path: Path, dataset: Path) -> zipfile.ZipFile:
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    for file in sorted(dataset.rglob("*.*")):
        packed.write(file, file.relative_to(dataset))
    return packed


@pytest.mark.parametrize(
    "name", ["../evil.jpg", "images/../../evil.jpg", "/etc/evil.jpg", "..\\evil.jpg", "C:/evil.jpg"]
)
def test_a_zip_with_a_way_out_is_refused(dataset: Path, tmp_path: Path, name: str) -> None:
    with pack(tmp_path / "a.zip", dataset) as packed:
        entry = zipfile.ZipInfo(name)
        entry.filename = name
        packed.writestr(entry, b"evil")
    with pytest.raises(Refused, match=r"a.zip:\d+: .*evil.jpg' leads out of the dataset"):
        import_dataset(tmp_path / "a.zip", silent)
    assert not Sample.objects.exists()
    assert not list(tmp_path.parent.glob("evil.jpg"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(dataset: Path, tmp_path: Path) -> None:
    with pack(tmp_path / "bomb.zip", dataset) as packed, packed.open("images/train/big.jpg", "w") as big:
        for _ in range(60):
            big.write(bytes(1 << 20))
    with pytest.raises(Refused, match="this is a zip bomb"):
        import_dataset(tmp_path / "bomb.zip", silent)
    with pack(tmp_path / "large.zip", dataset) as packed, packed.open("images/train/big.jpg", "w") as big:
        for _ in range(70):
            big.write(bytes(1 << 20))
    with pytest.raises(Refused, match=r"large.zip:\d+: 'images/train/big.jpg' would unpack to 73400320 bytes"):
        import_dataset(tmp_path / "large.zip", silent)


def test_a_zip_that_lies_about_its_sizes_is_refused(dataset: Path, tmp_path: Path) -> None:
    with pack(tmp_path / "a.zip", dataset) as packed:
        place = packed.getinfo("samples.jsonl").file_size
    data = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(data.replace(struct.pack("<L", place), struct.pack("<L", 100)))
    with pytest.raises(Refused, match=r"samples.jsonl:\d: cannot be read"):
        import_dataset(tmp_path / "a.zip", silent)
    assert not Sample.objects.exists()


def test_links_are_refused(dataset: Path, tmp_path: Path) -> None:
    with pack(tmp_path / "a.zip", dataset) as packed:
        entry = zipfile.ZipInfo("images/train/link.jpg")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(entry, "/etc/passwd")
    with pytest.raises(Refused, match="is a link"):
        import_dataset(tmp_path / "a.zip", silent)
    picture = first(dataset, "images/*/*.jpg")
    picture.rename(tmp_path / "outside.jpg")
    picture.symlink_to(tmp_path / "outside.jpg")
    with pytest.raises(Refused, match="is missing"):
        import_dataset(dataset, silent)


def test_a_zip_that_is_packed_in_an_unknown_way_is_refused(dataset: Path, tmp_path: Path) -> None:
    with pack(tmp_path / "a.zip", dataset):
        pass
    data = bytearray((tmp_path / "a.zip").read_bytes())
    for mark, at in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + at] = 99
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(Refused, match="cannot be read"):
        import_dataset(tmp_path / "a.zip", silent)


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all"])
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(Refused, match="no zip"):
        import_dataset(tmp_path / "a.zip", silent)
    with pytest.raises(Refused, match="no such folder or zip"):
        import_dataset(tmp_path / "gone", silent)


def test_a_disk_that_fills_up_leaves_nothing_behind(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    real = importer.write_files
    calls = iter(range(100))

    def full(sample: Sample, files: object) -> None:
        if next(calls) == 4:
            raise OSError(28, "No space left on device")
        real(sample, files)  # type: ignore[arg-type]

    monkeypatch.setattr(importer, "write_files", full)
    with pytest.raises(OSError, match="No space left"):
        import_dataset(dataset, silent)
    assert not Sample.objects.exists()
    assert not list(Path(django_settings.MEDIA_ROOT).rglob("*/2026/*/*/*.jpg"))


def test_the_last_of_the_disk_is_not_taken(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "DISK_RESERVE", 1 << 60)
    with pytest.raises(OSError, match="nearly full"):
        import_dataset(dataset, silent)
    assert not Sample.objects.exists()


def test_the_command_says_what_it_did(dataset: Path, tmp_path: Path) -> None:
    said = StringIO()
    call_command("import_dataset", str(dataset), "--dry-run", stdout=said)
    assert "7 samples, nothing wrong; nothing was imported" in said.getvalue()
    assert not Sample.objects.exists()
    call_command("import_dataset", str(dataset), stdout=said)
    assert "7 samples imported, 0 got their answer, 0 were known" in said.getvalue()
    call_command("export_dataset", str(tmp_path / "out.zip"), stdout=said)
    assert "7 samples (" in said.getvalue()
    (dataset / "dataset.json").unlink()
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_dataset", str(dataset))
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_dataset", str(dataset))
