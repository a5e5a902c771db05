"""The training command, on a dozen drawn crops: trains, resumes, exports; refuses bad data."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.backends.base import load_backend
from inference.reader import PlateReader
from inference.training.dataset import Crop, DatasetError
from inference.training.synth import draw_set
from inference.weights import find_model

pytest.importorskip("torch", reason="training needs requirements/train.txt")
pytestmark = pytest.mark.slow

OPTIONS = ["--patience", "1", "--round-steps", "2", "--batch", "4", "--workers", "0", "--threads", "1"]
KEPT = "classify.1.weight"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = ["file,text,split"]
    for index, (image, text) in enumerate(draw_set(12, 1, (192, 64))):
        cv2.imwrite(str(tmp_path / f"{index}.png"), image)
        rows.append(f"{index}.png,{text},{'val' if index % 4 == 0 else 'train'}")
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_folder_trains_resumes_and_exports(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from inference.training.export import reader, write
    from inference.training.train_reader import main

    out = folder / "run"
    command = ["--data", str(folder), "--out", str(out), *OPTIONS]
    assert main(command) == 0
    assert (out / "curve.png").is_file()
    steps = capsys.readouterr().out.count("loss")
    assert main([*command, "--resume"]) == 0
    assert f"step {2 * (steps + 1)} loss" in capsys.readouterr().out
    write(reader(out / "last.pt"), folder / "reader", with_int8=True)
    path, config = find_model("reader", folder=folder)
    assert path.name == "reader.int8.onnx"
    (reading,) = PlateReader(load_backend(path), config).read([draw_set(1, 1, (192, 64))[0][0]])
    assert len(reading.char_confidences) == len(reading.raw_text)


def test_a_text_that_nobody_checked_and_the_first_weights_contradict_is_left_out(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    from inference.training.train_reader import main

    unchecked = tmp_path_factory.mktemp("machine")
    for name, (image, _) in zip(("right.png", "wrong.png"), draw_set(2, 2, (192, 64)), strict=True):
        cv2.imwrite(str(unchecked / name), image)
    path, config = find_model("reader")
    crops = [cv2.imread(str(unchecked / name), cv2.IMREAD_GRAYSCALE) for name in ("right.png", "wrong.png")]
    right, other = (reading.raw_text for reading in PlateReader(load_backend(path), config).read(crops))
    (unchecked / "labels.csv").write_text(f"file,text,split\nright.png,{right},train\nwrong.png,{right},train\n")
    command = ["--data", str(folder), "--unchecked", str(unchecked), "--out", str(folder / "run"), *OPTIONS]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert f"wrong.png: {right!r} looks like {other!r}\n1 crops are left out" in printed
    assert main([*command, "--resume"]) == 0
    assert "1 crops are left out" in capsys.readouterr().out


def test_bad_data_ends_the_command_with_a_message(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from inference.training.train_reader import main

    with (folder / "labels.csv").open("a") as table:
        table.write("missing.png,AB12,train\n")
    assert main(["--data", str(folder), "--out", str(folder / "run"), *OPTIONS]) == 2
    assert "missing.png is missing" in capsys.readouterr().err
    (folder / "labels.csv").write_text("file,text,split\n0.png,AB12,val\n")
    assert main(["--data", str(folder), "--out", str(folder / "run"), *OPTIONS]) == 2
    assert "nothing to train on" in capsys.readouterr().err


def test_a_country_is_left_out_of_the_learning_alone() -> None:
    from inference.training.train_reader import leave_out

    def crop(source: str, region: str, split: str) -> Crop:
        return Crop(np.zeros((8, 8), np.uint8), "AB12", region, source, split, "a.png")

    crops = [crop("street", "us-ny", "train"), crop("street", "us-ny", "val"), crop("yard", "pl", "train")]
    crops += [crop("web", "gb", "train"), crop("web", "", "train")]
    assert leave_out(crops, "") == crops
    assert leave_out(crops, "us") == crops[1:]
    assert leave_out(crops, "us-ny, yard") == [crops[1], *crops[3:]]
    with pytest.raises(DatasetError, match="no crop is of mars; known: gb, pl, street, us, us-ny, web, yard"):
        leave_out(crops, "pl,mars")


def test_eight_bits_that_read_fewer_plates_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from inference.training import quantize

    path = find_model("reader", "onnx")[0]
    black = np.zeros((16, 1, 64, 192), np.float32)
    plates = quantize._plates
    monkeypatch.setattr(quantize, "PLATES", 60)
    quantize.quantize_reader(path, tmp_path / "fair.onnx", (192, 64))
    monkeypatch.setattr(quantize, "_plates", lambda count, *rest: plates(count, *rest) if count == 60 else (black, []))
    with pytest.raises(quantize.ReadsWorse, match="of 60 drawn plates, full precision"):
        quantize.quantize_reader(path, tmp_path / "blind.onnx", (192, 64))


def test_the_last_weights_keep_a_share_of_the_first(folder: Path) -> None:
    import torch

    from inference.training.train_reader import main

    weights = []
    for keep in ("0", "0.25"):
        out = folder / f"kept{keep}"
        assert main(["--data", str(folder), "--out", str(out), *OPTIONS, "--keep", keep]) == 0
        weights.append(torch.load(out / "last.pt", weights_only=True))
    free, kept = weights
    assert torch.equal(free["first"][KEPT], kept["first"][KEPT])
    assert kept["steps"] > 0
    assert not torch.equal(kept["averaged"][KEPT], kept["first"][KEPT])
    drift = (kept["averaged"][KEPT] - kept["first"][KEPT]).norm()
    moved = (free["averaged"][KEPT] - kept["first"][KEPT]).norm()
    assert drift < moved, "the same steps, and a quarter of the way back"
