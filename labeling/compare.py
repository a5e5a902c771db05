"""How well models do on what people have judged, measured on the same samples for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.utils import timezone
from rapidfuzz.distance import Levenshtein

from detections.model_registry import Network, open_network
from detections.model_versions import ModelVersion
from inference.attributes import VehicleAttributes
from inference.detector import Detector
from inference.reader import PlateReader
from inference.types import Image
from labeling import dataset_format as form
from labeling.choices import TEXT_IS_KNOWN
from labeling.collect import decoded
from labeling.dataset_plan import SPLITS, Options, chosen_samples, in_order, make_plan
from labeling.export import plate_picture, read_picture
from labeling.models import Sample

HELD_OUT = ("val", "test")
ALL = "all"
FOUND = 0.5
Tell = Callable[[int, int], None]
Marks = dict[str, float]


class NothingToMeasureError(Exception):
    """No judged sample is in the wanted splits."""


@dataclass
class Tally:
    """Sums by name, and how long the network took for each picture."""

    sums: dict[str, Marks] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)

    def add(self, camera: str, marks: Marks) -> None:
        for group in (camera, ALL):
            sums = self.sums.setdefault(group, {})
            for name, value in marks.items():
                sums[name] = sums.get(name, 0.0) + value

    def figures(self, splits: Sequence[str]) -> dict[str, Any]:
        """Shares in percent; ``by_camera`` has the same for each camera."""
        found = {group: shares(sums) for group, sums in self.sums.items()}
        whole = found.pop(ALL)
        return whole | {"ms": round(median(self.ms), 1), "splits": " ".join(splits), "by_camera": found}


@dataclass
class Comparison:
    """``gained`` are samples that only the second of two models gets right, ``lost`` those that only the first does."""

    figures: list[dict[str, Any]]
    gained: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


OF = {"exact": "plates", "found": "plates", "tight": "plates", "characters": "letters", "false_alarms": "no_plates"}
OF |= {"brand": "brands", "color": "colors"}
"""What each sum is a share of."""


def shares(sums: Marks) -> dict[str, float]:
    counts = {name: int(value) for name, value in sums.items() if name in OF.values()}
    percent = {
        name: round(100 * value / sums[OF[name]], 1) for name, value in sums.items() if name in OF and sums[OF[name]]
    }
    return counts | percent


def compare(models: Sequence[ModelVersion], splits: Sequence[str], tell: Tell, threads: int = 0) -> Comparison:
    """All ``models`` have one task; their figures are stored in their rows.

    Raises ``NothingToMeasureError``, ``WeightsError``, ``BackendError``.
    """
    networks = [open_network(model, threads) for model in models]
    tallies = [Tally() for _ in models]
    gained: list[int] = []
    lost: list[int] = []
    for sample in judged(splits, tell):
        image = lazily(sample)
        results = []
        for network, tally in zip(networks, tallies, strict=True):
            marks = measure(network, sample, image, tally.ms)
            if marks:
                tally.add(sample.camera_name or "?", marks)
                results.append(is_right(marks))
        if len(results) == 2 and results[0] != results[1]:
            (gained if results[1] else lost).append(sample.pk)
    if not tallies[0].sums:
        raise NothingToMeasureError(
            f"no judged sample of the splits {', '.join(splits)} can be measured: label more, or take --splits all"
        )
    figures = [tally.figures(splits) for tally in tallies]
    for model, found in zip(models, figures, strict=True):
        ModelVersion.objects.filter(pk=model.pk).update(figures=found, measured_at=timezone.now())
    return Comparison(figures, gained, lost)


def judged(splits: Sequence[str], tell: Tell) -> Iterator[Sample]:
    plan = make_plan(Options())
    numbers = {SPLITS.index(split) for split in splits}
    total = sum(number in numbers for number in plan.split_of.values())
    done = 0
    for sample in in_order(chosen_samples(Options())):
        if plan.split_of.get(sample.pk) in numbers:
            done += 1
            yield sample
            tell(done, total)


def lazily(sample: Sample) -> Callable[[], Image]:
    """The frame, read when somebody asks."""
    kept: list[Image] = []

    def load() -> Image:
        if not kept:
            kept.append(decoded(read_picture(sample.frame.name) or b""))
        return kept[0]

    return load


def measure(network: Network, sample: Sample, image: Callable[[], Image], ms: list[float]) -> Marks:
    """What is to be added up; nothing where the sample cannot tell."""
    if isinstance(network, PlateReader):
        return measure_reader(network, sample, image, ms)
    if isinstance(network, Detector):
        return measure_detector(network, sample, image, ms)
    return measure_attributes(network, sample, ms)


def measure_reader(network: PlateReader, sample: Sample, image: Callable[[], Image], ms: list[float]) -> Marks:
    text = form.text_of(sample)
    crop = decoded(plate_picture(sample, image)) if sample.state in TEXT_IS_KNOWN and text else None
    if crop is None or not crop.size:
        return {}
    began = time.perf_counter()
    (reading,) = network.read([crop])
    ms.append((time.perf_counter() - began) * 1000)
    right = max(0, len(text) - Levenshtein.distance(reading.text, text))
    return {"plates": 1, "exact": reading.text == text, "letters": len(text), "characters": right}


def measure_detector(network: Detector, sample: Sample, image: Callable[[], Image], ms: list[float]) -> Marks:
    box, _ = form.plate_shape(sample)
    rejected = form.rejected_box(sample)
    wanted = box or rejected
    if wanted is None or not image().size:
        return {}
    began = time.perf_counter()
    _, plates = network.detect(image())
    ms.append((time.perf_counter() - began) * 1000)
    best = max((wanted.iou(plate.box) for plate in plates), default=0.0)
    if box is None:
        return {"no_plates": 1, "false_alarms": best >= FOUND}
    return {"plates": 1, "found": best >= FOUND, "tight": best >= 0.75}


def measure_attributes(network: VehicleAttributes, sample: Sample, ms: list[float]) -> Marks:
    brand, color = form.brand_of(sample), form.color_of(sample)
    crop = decoded(read_picture(sample.vehicle_picture.name) or b"") if brand or color else None
    if crop is None or not crop.size:
        return {}
    began = time.perf_counter()
    (found,) = network.describe([crop])
    ms.append((time.perf_counter() - began) * 1000)
    marks: Marks = {"brands": 1, "brand": found.brand == brand} if brand else {}
    return marks | ({"colors": 1, "color": found.color == color} if color else {})


def is_right(marks: Marks) -> bool:
    said = [bool(marks[name]) for name in ("exact", "found", "brand", "color") if name in marks]
    return all(said) and not marks.get("false_alarms")
