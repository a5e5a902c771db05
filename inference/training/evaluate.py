"""Measures the product's own models on labelled data: ``python -m inference.training.evaluate --data FOLDER``."""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein
from tqdm import tqdm

from inference.__main__ import MIN_PLATE_WIDTH
from inference.__main__ import report as report_of
from inference.attributes import VehicleAttributes
from inference.detector import Detector, overlaps
from inference.looks import Models, PipelineSettings, Reads, load_models, recognize
from inference.plate_format import REGIONS, normalize
from inference.rapidocr_reader import RapidOcrReader
from inference.training.contact_sheet import Failure, draw_sheet
from inference.training.dataset import load_crops
from inference.training.photos import PLATE, Findings, read_photos
from inference.training.synth import draw_set
from inference.types import Box, Frame, Image

Row = dict[str, str | float | int]
AS_PRINTED = PipelineSettings(min_plate_width=MIN_PLATE_WIDTH, min_reading_confidence=0.2)
"""As `python -m inference` reads single pictures unless told otherwise."""


@dataclass
class Texts:
    """Counts of plates read exactly and of wrong characters."""

    plates: int = 0
    exact_raw: int = 0
    exact: int = 0
    exact_in_region: int = 0
    characters: int = 0
    errors: int = 0

    def row(self, name: str) -> Row:
        return {
            "group": name,
            "plates": self.plates,
            "exact, no formats": _percent(self.exact_raw, self.plates),
            "exact": _percent(self.exact, self.plates),
            "exact, region set": _percent(self.exact_in_region, self.plates),
            "characters": _percent(self.characters - self.errors, self.characters),
        }


@dataclass
class Report:
    """Tables in the order in which they were made, and what went wrong."""

    tables: list[tuple[str, list[Row]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, title: str, rows: list[Row]) -> None:
        self.tables.append((title, rows))
        print(f"\n{title}\n{as_markdown(rows)}", flush=True)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        parts = [f"## {title}\n\n{as_markdown(rows)}\n" for title, rows in self.tables]
        text = "# Evaluation\n\n" + "\n".join(parts) + "\n![worst failures](failures.png)\n"
        (folder / "evaluation.md").write_text(text, encoding="utf-8")
        cv2.imwrite(str(folder / "failures.png"), draw_sheet(self.failures))


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def as_markdown(rows: Sequence[Row]) -> str:
    if not rows:
        return "(nothing)"
    names = list(rows[0])
    lines = [" | ".join(names), " | ".join("---" for _ in names)]
    lines += [" | ".join(str(row.get(name, "")) for name in names) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def evaluate_second(reader: Reads, items: Iterable[tuple[str, str, str, Image]], rows: list[Row]) -> None:
    """Adds to ``rows`` what another reader makes of the same crops."""
    groups: dict[str, Texts] = {}
    times: list[float] = []
    for group, _, text, crop in items:
        began = time.perf_counter()
        found = normalize(reader.read([crop])[0].text)
        times.append((time.perf_counter() - began) * 1000)
        for name in (group, "all"):
            counts = groups.setdefault(name, Texts())
            counts.plates += 1
            counts.exact += found == text
    for row in rows:
        counts = groups[str(row["group"])]
        row["RapidOCR exact"] = _percent(counts.exact, counts.plates)
        row["RapidOCR ms"] = round(median(times), 2) if row["group"] == "all" else ""


def evaluate_reader(models: Models, items: Iterable[tuple[str, str, str, Image]], report: Report) -> list[Row]:
    """``items`` are group, region, true text and crop; a group per source, then all together."""
    groups: dict[str, Texts] = {}
    times: list[float] = []
    for group, region, text, crop in items:
        began = time.perf_counter()
        (reading,) = models.reader.read([crop])
        times.append((time.perf_counter() - began) * 1000)
        known = models.reader.read([crop], region)[0].text if region in REGIONS else reading.text
        for name in (group, "all"):
            counts = groups.setdefault(name, Texts())
            counts.plates += 1
            counts.exact_raw += reading.raw_text == text
            counts.exact += reading.text == text
            counts.exact_in_region += known == text
            counts.characters += len(text)
            counts.errors += Levenshtein.distance(reading.text, text)
        if known != text:
            report.failures.append(Failure(crop, f"{group} {region}", text, reading.text, reading.confidence))
    rows = [counts.row(name) for name, counts in sorted(groups.items(), key=lambda item: item[0] == "all")]
    for row in rows:
        row["ms"] = round(median(times), 2) if row["group"] == "all" else ""
    return rows


def evaluate_detector(detector: Detector, plates: Path) -> list[Row]:
    """Recall at IoU 0.5 and 0.75 and precision on the held-out photographs, per source."""
    with (plates / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        source_of = {row["file"].split("/")[-1]: row["source"] for row in csv.DictReader(lines)}
    counts: dict[str, list[float]] = {}
    times: list[float] = []
    for photo in tqdm(read_photos([plates], [], "val", Findings()), desc="plates", leave=False):
        image = cv2.imread(str(photo.path))
        if image is None:
            continue
        height, width = image.shape[:2]
        wanted = photo.boxes[photo.classes == PLATE] * np.array([width, height, width, height], np.float32)
        began = time.perf_counter()
        seen = detector.look(np.asarray(image, np.uint8))
        times.append((time.perf_counter() - began) * 1000)
        found = seen.boxes[seen.labels == PLATE]
        best = overlaps(wanted, found).max(axis=1, initial=0.0)
        values = [len(best), int((best >= 0.5).sum()), int((best >= 0.75).sum()), len(found)]
        for name in (source_of.get(photo.path.name, "?"), "all"):
            total = counts.setdefault(name, [0.0] * 4)
            counts[name] = [one + other for one, other in zip(total, values, strict=True)]
    return [
        {
            "source": name,
            "plates": int(total[0]),
            "recall@.5": _percent(total[1], total[0]),
            "recall@.75": _percent(total[2], total[0]),
            "precision@.5": _percent(total[1], total[3]),
            "ms": round(median(times), 1) if name == "all" else "",
        }
        for name, total in sorted(counts.items(), key=lambda item: item[0] == "all")
    ]


def evaluate_photos(models: Models, folder: Path, report: Report) -> list[Row]:
    """Whole photographs end to end: exact when any plate of the picture was read so."""
    counts: dict[str, list[float]] = {}
    times: dict[str, list[float]] = {}
    for line in tqdm((folder / "truth.jsonl").read_text(encoding="utf-8").splitlines(), desc="photos", leave=False):
        truth = json.loads(line)
        image = next(
            (found for path in folder.rglob(truth["image"]) if (found := cv2.imread(str(path))) is not None), None
        )
        if image is None:
            continue
        began = time.perf_counter()
        result = recognize(models, AS_PRINTED, Frame(np.asarray(image, np.uint8), 0, 0.0, 0.0))
        took = (time.perf_counter() - began) * 1000
        found = report_of("", result.observations, result.ms)["plates"]
        texts, boxes = [normalize(plate["text"]) for plate in found], [Box(*plate["box"]) for plate in found]
        for plate in truth["plates"]:
            wanted, box = normalize(plate["text"]), Box(*(round(value) for value in plate["box"]))
            shared = [box.iou(other) for other in boxes]
            best = max(shared, default=0.0)
            near = texts[shared.index(best)] if best > 0 else ""
            values = [1, best >= 0.5, best >= 0.75, wanted in texts, len(wanted), Levenshtein.distance(near, wanted)]
            for name in (truth.get("group", "all"), "all"):
                counts[name] = [one + other for one, other in zip(counts.get(name, [0.0] * 6), values, strict=True)]
                times.setdefault(name, []).append(took)
            if wanted not in texts:
                report.failures.append(Failure(box.crop(image), f"photos {truth['image']}", wanted, near, 0.0))
    return [
        {
            "group": name,
            "plates": int(total[0]),
            "found@.5": _percent(total[1], total[0]),
            "found@.75": _percent(total[2], total[0]),
            "exact": _percent(total[3], total[0]),
            "CER": _percent(total[5], total[4]),
            "ms": round(median(times[name]), 1),
        }
        for name, total in sorted(counts.items(), key=lambda item: item[0] == "all")
    ]


def evaluate_attributes(attributes: VehicleAttributes, folder: Path, label: str) -> list[Row]:
    """Per class of the held-out crops: top-1, how many the product is sure enough to say, how many of those are right.

    ``label`` is the column, ``brand`` or ``color``.
    """
    counts: dict[str, list[int]] = {}
    names = attributes.brands if label == "brand" else attributes.colors
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            image = cv2.imread(str(folder / row["file"])) if row["split"] == "val" else None
            if image is None:
                continue
            crop = np.asarray(image, np.uint8)
            best = names[int(attributes.rank(crop)[0 if label == "brand" else 1].argmax())]
            (found,) = attributes.describe([crop])
            said = found.brand if label == "brand" else found.color
            for name in (row[label], "all"):
                total = counts.setdefault(name, [0, 0, 0, 0])
                total[0] += 1
                total[1] += best == row[label]
                total[2] += said != "unknown"
                total[3] += said == row[label]
    return [
        {
            "class": name,
            "vehicles": total[0],
            "top-1": _percent(total[1], total[0]),
            "said": _percent(total[2], total[0]),
            "right when said": _percent(total[3], total[2]),
        }
        for name, total in sorted(counts.items(), key=lambda item: item[0] == "all")
    ]


def evaluate(models: Models, data: Path, parts: Sequence[str], report: Report) -> None:
    """All that the folder has truth for; RapidOCR reads the true crops beside our reader where it is installed."""
    second = RapidOcrReader() if importlib.util.find_spec("rapidocr") else None
    if "reader" in parts:
        crops = [crop for crop in load_crops([data / "text"], skip_bad=True)[0] if crop.split == "val"]
        items = [(crop.source, crop.region, crop.text, crop.image) for crop in crops]
        rows = evaluate_reader(models, items, report)
        if second is not None:
            evaluate_second(second, tqdm(items, desc="RapidOCR", leave=False), rows)
        report.add("Reader on true crops", rows)
        drawn = {"eu": "de pl fr it es nl be gb", "us": "us", "br": "br", "in": "in", "vn": "vn"}
        plates = [
            (f"drawn {region}", region, text, image)
            for region, prefixes in drawn.items()
            for image, text in draw_set(300, 5, (192, 64), tuple(prefixes.split()))
        ]
        report.add("Reader on drawn plates", evaluate_reader(models, plates, Report()))
    if "detector" in parts:
        assert isinstance(models.detector, Detector)
        report.add("Detector", evaluate_detector(models.detector, data / "plates"))
    if "photos" in parts:
        report.add("End to end on whole photographs", evaluate_photos(models, data / "photos", report))
    for part in ("brand", "color"):
        if part in parts:
            assert isinstance(models.attributes, VehicleAttributes)
            report.add(part.capitalize(), evaluate_attributes(models.attributes, data / part, part))


PARTS = ("reader", "detector", "photos", "brand", "color")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="holds text, plates, photos, brand, color"
    )
    parser.add_argument("--out", type=Path, default=Path("artifacts/evaluation"))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--backend", default="openvino")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"{options.data} is missing: pass --data FOLDER", file=sys.stderr)
        return 2
    report = Report()
    evaluate(load_models(options.backend), options.data, options.parts, report)
    report.write(options.out)
    print(f"\nwritten to {options.out / 'evaluation.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
