"""The figures of the evaluation are those of counting by hand."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from inference.fakes import FakeReader, fake_models
from inference.training.evaluate import Report, as_markdown, evaluate_photos, evaluate_reader


def crop() -> np.ndarray:
    return np.zeros((20, 80, 3), np.uint8)


def test_reader_figures_count_whole_texts_and_characters() -> None:
    models = fake_models(reader=FakeReader("AB12"))
    report = Report()
    items = [("one", "", "AB12", crop()), ("one", "", "AB13", crop()), ("two", "", "AB12", crop())]
    rows = evaluate_reader(models, items, report)
    assert [(row["group"], row["plates"], row["exact"]) for row in rows] == [
        ("one", 2, 50.0),
        ("two", 1, 100.0),
        ("all", 3, 66.7),
    ]
    assert rows[0]["characters"] == 87.5
    assert [failure.text for failure in report.failures] == ["AB13"]


def test_photographs_are_scored_by_any_plate_in_them(tmp_path: Path) -> None:
    image = np.full((240, 320, 3), 90, np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), image)
    left, top = 80 + 160 * 3 // 8, 60 + 120 * 3 // 4
    plates = [{"text": "AB 123 CD", "box": [left, top, left + 40, top + 8]}]
    (tmp_path / "truth.jsonl").write_text(json.dumps({"image": "a.png", "group": "eu", "plates": plates}) + "\n")
    (row, _) = evaluate_photos(fake_models(), tmp_path, Report())
    assert (row["group"], row["found@.75"], row["exact"], row["CER"]) == ("eu", 100.0, 100.0, 0.0)


def test_the_report_is_a_table_and_a_picture(tmp_path: Path) -> None:
    report = Report()
    report.add("Reader", [{"group": "all", "plates": 3}])
    report.write(tmp_path)
    assert "| all | 3 |" in (tmp_path / "evaluation.md").read_text()
    assert cv2.imread(str(tmp_path / "failures.png")) is not None
    assert as_markdown([]) == "(nothing)"
