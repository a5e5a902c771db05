"""The figures of the evaluation are those of counting by hand."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.fakes import FakeReader, fake_models
from inference.training import evaluate
from inference.training.evaluate import Report, as_markdown, evaluate_photos, evaluate_reader, groups_of, main
from inference.training.synth import draw_set


def crop() -> np.ndarray:
    return np.zeros((20, 80, 3), np.uint8)


def test_reader_figures_count_whole_texts_and_characters() -> None:
    models = fake_models(reader=FakeReader("AB12"))
    report = Report()
    items = [
        (groups_of("web", "us-ny"), "us-ny", "AB12", crop()),
        (groups_of("web", "us-nj"), "us-nj", "AB13", crop()),
        (groups_of("yard", "mixed"), "mixed", "AB12", crop()),
    ]
    rows = evaluate_reader(models, items, report)
    assert [(row["group"], row["plates"], row["exact"]) for row in rows] == [
        ("web", 2, 50.0),
        ("yard", 1, 100.0),
        ("region us", 2, 50.0),
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


def test_an_exported_dataset_is_measured_and_what_it_lacks_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "DRAWN", 6)
    for folder in ("crops", "images/val", "labels/val"):
        (tmp_path / folder).mkdir(parents=True)
    ((plate, text),) = draw_set(1, 1, (192, 64), ("de",))
    cv2.imwrite(str(tmp_path / "crops/1.png"), plate)
    (tmp_path / "labels.csv").write_text(f"file,text,split\ncrops/1.png,{text},val\ncrops/1.png,{text},val\n")
    cv2.imwrite(str(tmp_path / "images/val/1.png"), cv2.resize(plate, (640, 360)))
    (tmp_path / "labels/val/1.txt").write_text("0 0.5 0.5 0.9 0.9\n")
    assert (
        main(["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--parts", "reader", "detector", "photos"]) == 0
    )
    told = capsys.readouterr()
    assert f"photos: no photos/truth.jsonl in {tmp_path}" in told.err
    assert "| all | 2 |" in told.out
    assert "| all | 1 |" in told.out
    assert "| drawn eu | 6 |" in told.out
    assert "Reader on true crops" in (tmp_path / "out/evaluation.md").read_text()


def test_a_folder_without_truth_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert f"reader: no text/labels.csv or labels.csv in {tmp_path}" in told
    assert "pass --data FOLDER" in told
    (tmp_path / "labels.csv").write_text("picture,plate\n")
    assert main(["--data", str(tmp_path), "--parts", "reader"]) == 2
    assert "labels.csv:1: the first line must name the columns file and text" in capsys.readouterr().err
