"""Takes a dataset in: checked whole first, then sample by sample, each once however often it comes."""

from __future__ import annotations

import errno
import itertools
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from detections import pictures
from labeling import dataset_format as form
from labeling.answers import Answer, change, snapshot
from labeling.choices import JUDGED, OPEN, Action, Origin, State
from labeling.collect import decoded, jpeg_of, write_files
from labeling.dataset_check import check
from labeling.dataset_source import Source, open_source, read, text_lines
from labeling.models import PICTURES, Label, Sample
from labeling.privacy_log import note
from labeling.privacy_models import Act
from labeling.quota import DISK_RESERVE, disk_free

BATCH = 200
Tell = Callable[[str, int, int], None]
Item = TypeVar("Item")


def import_dataset(
    path: Path, tell: Tell, *, dry_run: bool = False, name: str = "", by: AbstractBaseUser | None = None
) -> Counter[str]:
    """How many samples are ``new``, ``answered`` (known here, judged there) and ``known``.

    ``name`` is what people call it where the path says nothing; ``by`` goes into the privacy log.

    Raises ``Refused`` before anything is changed; when the files, the disk or the database fail later, what was added
    goes again.
    """
    source = open_source(path, name or path.name)
    try:
        total = check(source, tell)
        if dry_run:
            return Counter({"checked": total})
        counts = _take(source, total, tell)
    finally:
        source.close()
    if counts["new"] or counts["answered"]:
        note(Act.IMPORTED, by, source.name, counts=counts)
    return counts


def _take(source: Source, total: int, tell: Tell) -> Counter[str]:
    counts: Counter[str] = Counter()
    added: list[int] = []
    finished = False
    try:
        for batch in in_batches(_records(source)):
            known = {sample.uid: sample for sample in Sample.objects.filter(uid__in=[uid for uid, _ in batch])}
            new = [_make(uid, record) for uid, record in batch if uid not in known]
            added += _add(source, new)
            counts["new"] += len(new)
            for uid, record in batch:
                if uid in known:
                    counts["answered" if _answer(known[uid], record) else "known"] += 1
            tell("importing", counts.total(), total)
        finished = True
    finally:
        if not finished:
            _take_back(added)
    return +counts


def _records(source: Source) -> Iterator[tuple[uuid.UUID, dict[str, Any]]]:
    for _, line in text_lines(source, form.SAMPLES):
        record = json.loads(line)
        yield uuid.UUID(record["uid"]), record


def _make(uid: uuid.UUID, record: dict[str, Any]) -> tuple[Sample, dict[str, str]]:
    """A sample that no camera of this installation made, and the names of its pictures in the dataset."""
    sample = Sample(
        uid=uid,
        origin=Origin.IMPORT,
        camera_name=record.get("camera", "")[:100],
        captured_at=datetime.fromisoformat(record["captured_at"]),
        **{name: record[name] for name in form.PLAIN},
    )
    if record.get("labeled_at"):
        sample.labeled_at = datetime.fromisoformat(record["labeled_at"])
    return sample, record["files"]


def _add(source: Source, new: list[tuple[Sample, dict[str, str]]]) -> list[int]:
    """Pictures first, then the rows of all in one transaction; the ids of the rows."""
    samples = [sample for sample, _ in new]
    finished = False
    try:
        if disk_free() < DISK_RESERVE:
            raise OSError(errno.ENOSPC, "the disk is nearly full")
        for sample, names in new:
            sample.origin_name = source.name[:200]
            files = _files(source, sample, names)
            sample.bytes = sum(map(len, files.values()))
            write_files(sample, files)
        with transaction.atomic():
            Sample.objects.bulk_create(samples)
            ids = dict(Sample.objects.filter(uid__in=[row.uid for row in samples]).values_list("uid", "pk"))
            for sample in samples:
                sample.pk = ids[sample.uid]  # MySQL does not tell them
            Label.objects.bulk_create(label_of(sample) for sample in samples if sample.state != State.PENDING)
        finished = True
    finally:
        if not finished:
            pictures.delete(getattr(sample, name).name for sample in samples for name in PICTURES)
    return list(ids.values())


def label_of(sample: Sample) -> Label:
    """The first line of its history here."""
    return Label(sample=sample, action=Action.IMPORT, state=sample.state, after=snapshot(sample))


def _files(source: Source, sample: Sample, names: dict[str, str]) -> dict[str, bytes]:
    """The pictures by field; those that the dataset does not hold are cut from the frame."""
    frame = read(source, names["frame"])
    image = decoded(frame)
    vehicle = names.get("brand") or names.get("color")
    plate = jpeg_of(image, sample.plate_box)
    crop = read(source, names["crop"]) if "crop" in names else plate
    shown = read(source, vehicle) if vehicle else jpeg_of(image, sample.vehicle_box)
    return dict(zip(PICTURES, (frame, shown, plate, crop), strict=True))


def _answer(sample: Sample, record: dict[str, Any]) -> bool:
    """A sample that nobody here has judged takes the answer that it got elsewhere."""
    if sample.state not in OPEN or record["state"] not in JUDGED:
        return False
    said = Answer(
        State(record["state"]),
        record["true_text"],
        record["true_vehicle_box"],
        record["true_corners"],
        record["true_brand"],
        record["true_color"],
    )
    change(sample, None, said, action=Action.IMPORT, batch=uuid.uuid4().hex)
    return True


def in_batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(itertools.islice(items, BATCH)):
        yield batch


def _take_back(added: list[int]) -> None:
    for batch in in_batches(iter(added)):
        rows = Sample.objects.filter(pk__in=batch)
        names = [name for row in rows.values_list(*PICTURES) for name in row]
        rows.delete()
        pictures.delete(names)
