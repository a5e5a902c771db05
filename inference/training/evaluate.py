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
from inference.training.dataset import DatasetError, load_crops
from inference.training.photos import PLATE, Findings, read_photos
from inference.training.synth import draw_set
from inference.types import Box, Frame, Image

DRAWN = 300
"""Plates of each region."""
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


Item = tuple[Sequence[str], str, str, Image]
"""The groups that a crop counts for, the region whose formats are tried, the true text and the crop."""


def groups_of(source: str, region: str) -> tuple[str, ...]:
    """A row for each source and for each country: ``us`` for all its states."""
    return (source, *((f"region {region.split('-')[0]}",) if region not in ("", "mixed") else ()))


def _in_order(name: str) -> tuple[bool, bool, str]:
    """Sources first, then regions, then all together."""
    return name == "all", name.startswith("region "), name


def evaluate_second(reader: Reads, items: Iterable[Item], rows: list[Row]) -> None:
    """Adds to ``rows`` what another reader makes of the same crops."""
    counted: dict[str, Texts] = {}
    times: list[float] = []
    for groups, _, text, crop in items:
        began = time.perf_counter()
        found = normalize(reader.read([crop])[0].text)
        times.append((time.perf_counter() - began) * 1000)
        for name in (*groups, "all"):
            counts = counted.setdefault(name, Texts())
            counts.plates += 1
            counts.exact += found == text
    for row in rows:
        counts = counted[str(row["group"])]
        row["RapidOCR exact"] = _percent(counts.exact, counts.plates)
        row["RapidOCR ms"] = round(median(times), 2) if row["group"] == "all" else ""


def evaluate_reader(models: Models, items: Iterable[Item], report: Report) -> list[Row]:
    """A row for each group, the last one for all together."""
    counted: dict[str, Texts] = {}
    times: list[float] = []
    for groups, region, text, crop in items:
        began = time.perf_counter()
        (reading,) = models.reader.read([crop])
        times.append((time.perf_counter() - began) * 1000)
        known = models.reader.read([crop], region)[0].text if region in REGIONS else reading.text
        for name in (*groups, "all"):
            counts = counted.setdefault(name, Texts())
            counts.plates += 1
            counts.exact_raw += reading.raw_text == text
            counts.exact += reading.text == text
            counts.exact_in_region += known == text
            counts.characters += len(text)
            counts.errors += Levenshtein.distance(reading.text, text)
        if known != text:
            report.failures.append(Failure(crop, f"{groups[0]} {region}", text, reading.text, reading.confidence))
    rows = [counted[name].row(name) for name in sorted(counted, key=_in_order)]
    for row in rows:
        row["ms"] = round(median(times), 2) if row["group"] == "all" else ""
    return rows


def evaluate_detector(detector: Detector, plates: Path) -> list[Row]:
    """Recall at IoU 0.5 and 0.75 and precision on the held-out photographs, per source and region."""
    known: dict[str, tuple[str, ...]] = {}
    if (plates / "manifest.csv").is_file():
        with (plates / "manifest.csv").open(encoding="utf-8", newline="") as lines:
            known = {
                row["file"].split("/")[-1]: groups_of(row["source"], row["region"]) for row in csv.DictReader(lines)
            }
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
        for name in (*known.get(photo.path.name, ()), "all"):
            total = counts.setdefault(name, [0.0] * 4)
            counts[name] = [one + other for one, other in zip(total, values, strict=True)]
    return [
        {
            "group": name,
            "plates": int(total[0]),
            "recall@.5": _percent(total[1], total[0]),
            "recall@.75": _percent(total[2], total[0]),
            "precision@.5": _percent(total[1], total[3]),
            "ms": round(median(times), 1) if name == "all" else "",
        }
        for name, total in sorted(counts.items(), key=lambda item: _in_order(item[0]))
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


PLACES = {
    "reader": ("text/labels.csv", "labels.csv"),
    "detector": ("plates/images/val", "images/val"),
    "photos": ("photos/truth.jsonl",),
    "brand": ("brand/labels.csv",),
    "color": ("color/labels.csv",),
}
"""Where a folder may have the truth of each part; an exported dataset has it at its top."""


def truth_in(data: Path, part: str) -> Path | None:
    return next((data / place for place in PLACES[part] if (data / place).exists()), None)


def evaluate(models: Models, truths: dict[str, Path], report: Report) -> None:
    """RapidOCR reads the true crops beside our reader where it is installed."""
    second = RapidOcrReader() if importlib.util.find_spec("rapidocr") else None
    if table := truths.get("reader"):
        crops = [crop for crop in load_crops([table.parent], skip_bad=True)[0] if crop.split == "val"]
        items = [(groups_of(crop.source, crop.region), crop.region, crop.text, crop.image) for crop in crops]
        rows = evaluate_reader(models, items, report)
        if second is not None:
            evaluate_second(second, tqdm(items, desc="RapidOCR", leave=False), rows)
        report.add("Reader on true crops", rows)
        drawn = {"eu": "de pl fr it es nl be gb", "us": "us", "br": "br", "in": "in", "vn": "vn"}
        plates = [
            ((f"drawn {region}",), region, text, image)
            for region, prefixes in drawn.items()
            for image, text in draw_set(DRAWN, 5, (192, 64), tuple(prefixes.split()))
        ]
        report.add("Reader on drawn plates", evaluate_reader(models, plates, Report()))
    if images := truths.get("detector"):
        assert isinstance(models.detector, Detector)
        report.add("Detector", evaluate_detector(models.detector, images.parent.parent))
    if table := truths.get("photos"):
        report.add("End to end on whole photographs", evaluate_photos(models, table.parent, report))
    for part in ("brand", "color"):
        if table := truths.get(part):
            assert isinstance(models.attributes, VehicleAttributes)
            report.add(part.capitalize(), evaluate_attributes(models.attributes, table.parent, part))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("../shared/data"),
        help="an exported dataset, or a folder that holds text, plates, photos, brand, color",
    )
    parser.add_argument("--out", type=Path, default=Path("artifacts/evaluation"))
    parser.add_argument("--parts", nargs="+", choices=PLACES, default=list(PLACES))
    parser.add_argument("--backend", default="openvino")
    options = parser.parse_args(arguments)
    truths = {part: truth for part in options.parts if (truth := truth_in(options.data, part))}
    for part in options.parts:
        if part not in truths:
            print(f"{part}: no {' or '.join(PLACES[part])} in {options.data}", file=sys.stderr)
    if not truths:
        print("nothing to measure: pass --data FOLDER", file=sys.stderr)
        return 2
    report = Report()
    try:
        evaluate(load_models(options.backend), truths, report)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 2
    report.write(options.out)
    print(f"\nwritten to {options.out / 'evaluation.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
