"""Writes the samples as a dataset: what trains the detector, the reader, brand and color, and can be imported again.

One frame at a time; tables grow in temporary files, so that memory does not depend on the number of samples.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from django.core.files.storage import default_storage

from detections.networks import product_models
from detections.pictures import jpeg
from inference.rectifier import rectify
from inference.types import Image, Plate
from labeling import dataset_format as form
from labeling.collect import decoded, jpeg_of
from labeling.dataset_card import write_card
from labeling.dataset_files import Dataset, Target
from labeling.dataset_plan import SPLITS, Options, chosen_samples, in_order, make_plan
from labeling.models import Sample
from labeling.others import Scene, look_around

Tell = Callable[[str, int, int], None]
"""Is told the step, how many samples are done, and of how many; may raise to stop the export."""


@dataclass
class Counts:
    """What the card says."""

    samples: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    pictures: Counter[str] = field(default_factory=Counter)
    plates: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    brands: Counter[str] = field(default_factory=Counter)
    colors: Counter[str] = field(default_factory=Counter)
    cameras: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    model_versions: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    said_brands: Counter[str] = field(default_factory=Counter)
    said_colors: Counter[str] = field(default_factory=Counter)
    files: int = 0
    sha256: str = ""

    def as_json(self) -> dict[str, Any]:
        values = {column.name: getattr(self, column.name) for column in fields(self)}
        return {name: dict(sorted(v.items())) if isinstance(v, Counter) else v for name, v in values.items()}


class SeenPictures:
    """Which split each picture is in, on disk: trainers refuse one picture in two splits."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)
        self._table.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, split INTEGER) WITHOUT ROWID")

    def is_elsewhere(self, content: bytes, split: int) -> bool:
        """Whether the same picture stands in another split; if in none, it now stands in this one."""
        digest = hashlib.blake2b(content, digest_size=12).digest()
        self._table.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, split))
        found: tuple[int] = self._table.execute("SELECT split FROM seen WHERE digest = ?", (digest,)).fetchone()
        return found[0] != split

    def close(self) -> None:
        self._table.close()


def export_dataset(target: Target, options: Options, tell: Tell, licence: str = "") -> Counts:
    """Raises what the target, the database or ``tell`` raises; the target is then abandoned."""
    dataset, seen = Dataset(target), SeenPictures()
    finished = False
    try:
        tell("planning", 0, 0)
        counts = write_dataset(dataset, seen, options, tell, licence)
        target.close()
        finished = True
    finally:
        seen.close()
        dataset.close()
        if not finished:
            target.abandon()
    return counts


def write_dataset(dataset: Dataset, seen: SeenPictures, options: Options, tell: Tell, licence: str) -> Counts:
    plan = make_plan(options)
    export = Export(dataset, options, seen)
    export.counts.left_out.update(plan.left_out)
    done = 0
    rows = (sample for sample in in_order(chosen_samples(options)) if sample.pk in plan.split_of)
    for _, found in itertools.groupby(rows, key=lambda sample: sample.captured_at):
        for samples in by_camera(list(found)):
            export.write_frame(samples, plan.split_of[samples[0].pk])
            done += len(samples)
            tell("writing", done, len(plan))
    tell("packing", len(plan), len(plan))
    export.finish(licence)
    return export.counts


def by_camera(samples: list[Sample]) -> list[list[Sample]]:
    """Samples of one moment, those of one frame together."""
    ordered = sorted(samples, key=lambda sample: sample.camera_name)
    return [list(group) for _, group in itertools.groupby(ordered, key=lambda sample: sample.camera_name)]


class Export:
    """The part of an export that knows what goes into which file."""

    def __init__(self, dataset: Dataset, options: Options, seen: SeenPictures) -> None:
        self.counts = Counts()
        self._dataset = dataset
        self._options = options
        self._seen = seen
        self._models = product_models() if options.blur_others else None
        self._objects = 0
        dataset.line(form.READER, form.csv_line(*form.READER_COLUMNS))
        for part in ("brand", "color"):
            dataset.line(f"{part}/labels.csv", form.csv_line("file", part, "source", "split", "sample"))

    def write_frame(self, samples: list[Sample], place: int) -> None:
        """A frame with all of its samples; ``place`` is the number of the split."""
        content = read_picture(samples[0].frame.name)
        if content is None or self._seen.is_elsewhere(content, place):
            self.counts.left_out["picture missing" if content is None else "picture in another split"] += len(samples)
            return
        image = decoded(content)
        height, width = image.shape[:2]
        if not image.size:
            self.counts.left_out["picture damaged"] += len(samples)
            return
        shapes = [form.plate_shape(sample) for sample in samples]
        scene = Scene(content, image)
        if self._models is not None:
            judged = [box or form.rejected_box(sample) for sample, (box, _) in zip(samples, shapes, strict=True)]
            scene = look_around(self._models, content, image, [box for box in judged if box])
        split = SPLITS[place]
        stem = samples[0].uid.hex
        name = f"images/{split}/{stem}.jpg"
        self._dataset.put(name, scene.content)
        self.counts.pictures[split] += 1
        plates = [form.yolo_plate(box, corners, width, height) for box, corners in shapes if box]
        self._dataset.put(f"labels/{split}/{stem}.txt", lines(plates))
        self.counts.plates[split] += len(plates)
        if self._models is not None:
            vehicles = [
                f"{form.yolo_box(form.OBJECTS.index(vehicle.kind) - 1, vehicle.box, width, height)} "
                f"{vehicle.confidence:.3f}"
                for vehicle in scene.vehicles
            ]
            self._dataset.put(f"vehicles/{split}/{stem}.txt", lines(vehicles))
        self._coco(samples, shapes, name, (width, height))
        for sample in samples:
            self._write_sample(sample, place, name, scene.image)

    def _coco(self, samples: list[Sample], shapes: list[Any], name: str, size: tuple[int, int]) -> None:
        _, split, _ = name.split("/")
        number = self.counts.pictures.total()
        picture = {"id": number, "file_name": name, "width": size[0], "height": size[1]}
        self._dataset.line(f"{split}-images", json.dumps(picture))
        for sample, (box, corners) in zip(samples, shapes, strict=True):
            vehicle = form.vehicle_shape(sample)
            objects = [form.coco_plate(sample, box, corners)] if box else []
            if vehicle and sample.kind in form.OBJECTS:
                objects.append(form.coco_object(form.OBJECTS.index(sample.kind), vehicle))
            for found in objects:
                self._objects += 1
                row = {"id": self._objects, "image_id": number, **found}
                self._dataset.line(f"{split}-objects", json.dumps(row))

    def _write_sample(self, sample: Sample, place: int, image: str, pixels: Image) -> None:
        split, stem = SPLITS[place], sample.uid.hex
        files = {"frame": image}
        crop = plate_picture(sample, lambda: pixels)
        if crop and not self._seen.is_elsewhere(crop, place):
            files["crop"] = f"crops/{stem}.jpg"
            self._dataset.put(files["crop"], crop)
            text = form.text_of(sample)
            if form.is_readable(text):
                line = form.csv_line(files["crop"], text, sample.region, sample.camera_name, split, sample.uid)
                self._dataset.line(form.READER, line)
                self.counts.texts[split] += 1
        vehicle = self._vehicle_of(sample, pixels)
        for part, said in (("brand", form.brand_of(sample)), ("color", form.color_of(sample))):
            if said and vehicle and split != "test" and not self._seen.is_elsewhere(vehicle, place):
                name = f"{said}/{stem}.jpg"
                files[part] = f"{part}/{name}"
                self._dataset.put(files[part], vehicle)
                line = form.csv_line(name, said, sample.camera_name, split, sample.uid)
                self._dataset.line(f"{part}/labels.csv", line)
                (self.counts.brands if part == "brand" else self.counts.colors)[said] += 1
        self._dataset.line(form.SAMPLES, json.dumps(form.record_of(sample, split, files)))
        self._count(sample, split)

    def _vehicle_of(self, sample: Sample, pixels: Image) -> bytes:
        has_moved = sample.true_vehicle_box and sample.true_vehicle_box != sample.vehicle_box
        if has_moved or self._options.blur_others:
            return jpeg_of(pixels, sample.true_vehicle_box or sample.vehicle_box)
        return read_picture(sample.vehicle_picture.name) or b""

    def _count(self, sample: Sample, split: str) -> None:
        counts = self.counts
        counts.samples[split] += 1
        counts.states[sample.state] += 1
        counts.cameras[sample.camera_name or "?"] += 1
        counts.origins[sample.origin_name or "this installation"] += 1
        counts.model_versions[sample.model_version or "?"] += 1
        counts.said_brands.update(filter(None, [sample.true_brand]))
        counts.said_colors.update(filter(None, [sample.true_color]))

    def finish(self, licence: str) -> None:
        """The tables, the card, and the sums of all."""
        dataset = self._dataset
        for split in SPLITS:
            name = f"annotations/{split}.json"
            for line in coco_lines(dataset, split):
                dataset.line(name, line)
            dataset.finish_table(name)
        for name in (form.SAMPLES, form.READER, "brand/labels.csv", "color/labels.csv"):
            dataset.finish_table(name)
        dataset.put(form.YOLO, form.data_yaml().encode())
        self.counts.files = dataset.files
        write_card(dataset, self.counts.as_json(), self._options, licence)
        self.counts.files = dataset.files
        self.counts.sha256 = dataset.finish()


def plate_picture(sample: Sample, frame: Callable[[], Image]) -> bytes:
    """The upright plate: as it was read, or cut anew where a person moved the corners."""
    if sample.true_corners and sample.true_corners != sample.corners:
        box = form.around(sample.true_corners)
        if box is not None:
            plate = rectify(frame(), Plate(box, 1.0, np.array(sample.true_corners, np.float32)))
            return jpeg(plate.crop) if plate.crop is not None else b""
    return read_picture(sample.rectified_picture.name) or b""


def coco_lines(dataset: Dataset, split: str) -> Iterator[str]:
    yield '{"info": {"description": "Platewatch dataset"}, "categories": ' + json.dumps(form.coco_categories())
    for key, spool in (("images", f"{split}-images"), ("annotations", f"{split}-objects")):
        yield f', "{key}": ['
        before = ""
        for row in dataset.lines_of(spool):
            yield before + row
            before = ","
        yield "]"
    yield "}"


def lines(rows: list[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def read_picture(name: str | None) -> bytes | None:
    """``None`` when the file is gone."""
    if not name:
        return None
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content
