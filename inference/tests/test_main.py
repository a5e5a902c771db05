import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from inference import __main__ as command
from inference.fakes import fake_models
from inference.sources import EndOfSource, FrameSource
from inference.types import Frame
from inference.weights import WeightsError


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "load_models", lambda backend, threads: fake_models())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "my pictures – 写真"
    (path / "below").mkdir(parents=True)
    for number, name in enumerate(["a.png", "b.jpg", "below/c.webp"]):
        PillowImage.new("RGB", (320 + 100 * number, 240), (90, 90, 90)).save(path / name)
    return path


class ShortSource:
    """A car that stands before the camera for two seconds."""

    def open(self) -> None:
        self._index = 0

    def read(self) -> Frame:
        if self._index == 20:
            raise EndOfSource
        self._index += 1
        return Frame(np.zeros((240, 320, 3), np.uint8), self._index, 1000.0 + self._index / 10, self._index / 10)

    def close(self) -> None:
        self._index = -1


def test_a_folder_gives_a_line_of_json_for_each_picture_in_order(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert command.main([str(folder), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["image"] for row in rows] == [str(folder / name) for name in ("a.png", "b.jpg", "below/c.webp")]
    (plate,), (vehicle,) = rows[0]["plates"], rows[0]["vehicles"]
    assert plate["text"] == "AB123CD"
    assert plate["box"] == [140, 150, 180, 158]
    assert plate["corners"] == [[140, 150], [180, 150], [180, 158], [140, 158]]
    assert plate["confidence"] == 0.9
    assert len(plate["char_confidences"]) == 7
    assert plate["region"] is None
    assert (vehicle["kind"], vehicle["brand"], vehicle["color"]) == ("car", "Toyota", "white")
    assert vehicle["box"] == [80, 60, 240, 180]
    assert set(rows[0]["ms"]) == {"decode", "detect", "rectify", "read", "attributes", "total"}


def test_broken_pictures_get_one_line_each_and_the_rest_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "b.jpg").write_bytes(b"")
    assert command.main([str(folder), str(folder / "gone.jpg"), "--json"]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    complaints = [line for line in err.splitlines() if line]
    assert [line.rpartition("/")[2] for line in complaints] == [
        "b.jpg: the file is empty (0 bytes)",
        "gone.jpg: does not exist",
    ]


def test_what_is_neither_picture_nor_film_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "notes.txt"
    path.write_text("no picture")
    assert command.main([str(path)]) == 1
    assert capsys.readouterr().err.strip() == f"{path}: not a picture"


def test_without_json_people_read_it(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert command.main([str(folder / "a.png")]) == 0
    assert capsys.readouterr().out.strip() == f"{folder / 'a.png'}: AB123CD 0.90 (white Toyota car)"


def test_save_writes_the_picture_of_every_step(folder: Path, tmp_path: Path):
    command.main([str(folder), "--save", str(tmp_path / "out")])
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.jpg")}
    steps = ("annotated", "1-vehicle", "1-plate", "1-upright")
    assert written == {f"{name}-{step}.jpg" for name in ("a", "b", "below/c") for step in steps}


def test_a_film_gives_a_line_for_each_visit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def open_source(url: str, *, loop: bool = False, realtime: bool = True) -> FrameSource:
        return ShortSource()

    monkeypatch.setattr(command, "open_source", open_source)
    assert command.main(["rtsp://admin:secret@gate/live", "--json"]) == 0
    out = capsys.readouterr().out
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert "secret" not in out
    assert row["plates"][0]["text"] == "AB123CD"
    assert row["votes"] == row["looks"] >= 3
    assert row["vehicles"][0]["brand"] == "Toyota"
    assert set(row["ms"]) == {"decode", "detect", "rectify", "read", "attributes", "total"}


def test_a_weak_text_is_left_out_with_its_reason(folder: Path, capsys: pytest.CaptureFixture[str]):
    command.main([str(folder / "a.png"), "--json", "--min-confidence", "0.95"])
    (plate,) = json.loads(capsys.readouterr().out)["plates"]
    assert (plate["text"], plate["reason"]) == ("", "low_reading_confidence")


def test_missing_weights_end_it_with_a_clear_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def load_models(backend: str, threads: int) -> None:
        raise WeightsError("inference/models/reader/config.json is missing: train it")

    monkeypatch.setattr(command, "load_models", load_models)
    assert command.main(["a.jpg"]) == 1
    assert capsys.readouterr().err == "inference/models/reader/config.json is missing: train it\n"
