"""What a dataset says of itself: ``README.md`` for people, ``dataset.json`` for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from detections.messages import iso
from inference.plate_format import ALPHABET
from labeling import dataset_format as form
from labeling.dataset_files import CHECKSUMS, Dataset
from labeling.dataset_plan import SPLITS, Options

NO_LICENCE = "none stated: ask the operator of the cameras before you pass it on"

TEXT = """# Dataset

Written by Platewatch on {day}. Number plates are personal data in many countries: keep this folder as safe as the
cameras' pictures, and delete it when it has served.

Licence: {licence}.

| | {splits} |
|---|{dashes}
{table}

Samples of one plate, one visit or one frame are in one split; which one depends on the plate alone, so that it stays
there in later exports. {verified} {others}

## Files

| file | for |
|---|---|
| `samples.jsonl` | every sample with what was read and what people answered; `manage.py import_dataset` reads it |
| `images/`, `labels/`, `data.yaml` | the detector (YOLO with four corners): `make train-detector DATA=folder` |
| `annotations/` | the same as COCO, with vehicles |
| `labels.csv`, `crops/` | the reader: `make train-reader DATA=folder` |
| `brand/`, `color/` | brand and color: `make train-attributes DATA="folder/brand folder/color"` |
| `checksums.sha256` | the sha256 of every other file: `sha256sum --check checksums.sha256` |
{sections}"""


def write_card(dataset: Dataset, counts: dict[str, Any], options: Options, licence: str) -> None:
    licence = licence.strip().rstrip(".") or NO_LICENCE
    now = timezone.now()
    about = {
        "format": form.VERSION,
        "made_at": iso(now),
        "licence": licence,
        "options": {name: value for name, value in asdict(options).items() if name != "cameras"},
        "counts": {name: value for name, value in counts.items() if name not in ("files", "sha256")},
        "classes": {
            "objects": list(form.OBJECTS),
            "brands": [*form.brands(), *sorted(set(counts["said_brands"]) - set(form.brands()))],
            "colors": [*form.colors(), *sorted(set(counts["said_colors"]) - set(form.colors()))],
            "characters": ALPHABET,
        },
        "checksums": CHECKSUMS,
    }
    rows = {name: counts[name] for name in ("samples", "pictures", "plates", "texts")}
    table = [f"| {name} | " + " | ".join(str(row.get(s, 0)) for s in SPLITS) + " |" for name, row in rows.items()]
    sections = {
        "What people answered": counts["states"],
        "Brands": counts["brands"],
        "Colors": counts["colors"],
        "Cameras": counts["cameras"],
        "Where it comes from": counts["origins"],
        "Models that read it": counts["model_versions"],
        "Left out": counts["left_out"],
    }
    text = TEXT.format(
        day=f"{now:%Y-%m-%d}",
        licence=licence,
        splits=" | ".join(SPLITS),
        dashes="---|" * len(SPLITS),
        table="\n".join(table),
        verified="A person has judged every sample." if options.only_verified else "NOT every sample was judged.",
        others="Other plates in the pictures were made illegible."
        if options.blur_others
        else "Other plates in the pictures are neither labeled nor hidden.",
        sections="".join(section(title, found) for title, found in sections.items() if found),
    )
    dataset.put(form.CARD, (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode())
    dataset.put(form.ABOUT, text.encode())


def section(title: str, found: dict[str, int]) -> str:
    rows = "".join(f"| {name.replace('|', '/')} | {count} |\n" for name, count in found.items())
    return f"\n## {title}\n\n| | |\n|---|---|\n{rows}"
