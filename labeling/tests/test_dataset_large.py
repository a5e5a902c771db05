"""Fifty thousand samples go out and come in; memory does not grow with them."""

from __future__ import annotations

import uuid
import zipfile
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from django.conf import settings

from labeling.choices import State
from labeling.dataset_files import ZipTarget
from labeling.dataset_plan import SPLITS, Options
from labeling.export import Counts, export_dataset
from labeling.importer import import_dataset
from labeling.models import Sample
from labeling.tests.dataset_rows import BEGINNING

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(6000)]
SAMPLES = 50_000
MOST_MB = 64
"""By which memory may grow while all of them go out: pages of rows, and some 200 bytes a sample while planning."""
FOLDER = "0/samples"


class Memory:
    """The most that this process took since the beginning."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.start = self.most = self._process.memory_info().rss

    def tell(self, step: str, done: int, total: int) -> None:
        if done % 100 == 0:
            self.most = max(self.most, self._process.memory_info().rss)

    @property
    def grown_mb(self) -> float:
        return (self.most - self.start) / 2**20


def jpeg(number: int, width: int, height: int) -> bytes:
    """A small picture of which no other has the same bytes: its number is a comment in the file."""
    image = np.full((height, width, 3), 90, np.uint8)
    data: bytes = cv2.imencode(".jpg", image)[1].tobytes()
    comment = f"{number:08}-{width}".encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + data[2:]


def make_many(count: int) -> None:
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    folder.mkdir(parents=True)
    sizes = {"frame": (64, 48), "rectified": (48, 12), "vehicle": (32, 24)}
    heads = {kind: jpeg(0, *size) for kind, size in sizes.items()}
    for start in range(0, count, 1000):
        rows = []
        for number in range(start, min(count, start + 1000)):
            for kind, (width, _) in sizes.items():
                data = heads[kind].replace(f"{0:08}-{width}".encode(), f"{number:08}-{width}".encode(), 1)
                (folder / f"{number}-{kind}.jpg").write_bytes(data)
            rows.append(sample(number))
        Sample.objects.bulk_create(rows)


def sample(number: int) -> Sample:
    text = f"L{number % 20_000:05}"
    return Sample(
        uid=uuid.UUID(int=number + 1),
        camera_name=f"Gate {number % 7}",
        visit=f"visit-{number}",
        track_id=f"visit-{number}",
        captured_at=BEGINNING + timedelta(seconds=number),
        frame=f"{FOLDER}/{number}-frame.jpg",
        rectified_picture=f"{FOLDER}/{number}-rectified.jpg",
        vehicle_picture=f"{FOLDER}/{number}-vehicle.jpg",
        width=64,
        height=48,
        vehicle_box=[4, 4, 60, 44],
        plate_box=[20, 30, 44, 36],
        corners=[[20.0, 30.0], [44.0, 30.0], [44.0, 36.0], [20.0, 36.0]],
        kind="car",
        text=text,
        state=State.NOT_A_PLATE if number % 50 == 0 else State.CORRECT,
        true_text="" if number % 50 == 0 else text,
        true_brand="BMW" if number % 10 == 0 else "",
        picture_hash=f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}",
        model_version="detector 1 reader 1",
        labeled_at=BEGINNING + timedelta(days=30),
    )


def write(path: Path, memory: Memory) -> Counts:
    return export_dataset(ZipTarget(path), Options(), memory.tell)


def sums(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as packed:
        lines = packed.read("checksums.sha256").decode().splitlines()
    found = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    return {name: digest for name, digest in found.items() if name not in ("README.md", "dataset.json")}


def test_all_of_them_go_out_in_little_memory_and_come_back_the_same(tmp_path: Path) -> None:
    make_many(200)
    write(tmp_path / "first.zip", Memory())  # everything that is loaded once is loaded now
    Sample.objects.all().delete()
    for path in (Path(settings.MEDIA_ROOT) / FOLDER).iterdir():
        path.unlink()
    (Path(settings.MEDIA_ROOT) / FOLDER).rmdir()
    make_many(SAMPLES)
    memory = Memory()
    counts = write(tmp_path / "all.zip", memory)
    assert memory.grown_mb < MOST_MB
    assert counts.samples.total() == SAMPLES
    assert all(counts.samples[split] for split in SPLITS)
    Sample.objects.all().delete()
    assert import_dataset(tmp_path / "all.zip", lambda *_: None) == {"new": SAMPLES}
    again = write(tmp_path / "again.zip", Memory())
    assert again.as_json()["samples"] == counts.as_json()["samples"]
    assert again.texts == counts.texts
    assert sums(tmp_path / "again.zip") == sums(tmp_path / "all.zip")
