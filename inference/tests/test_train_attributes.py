"""Folders of vehicle crops become a model of brand and color; bad rows are named."""

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")
pytest.importorskip("onnx")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

PAINTS = {"red": (0, 0, 220), "blue": (220, 0, 0)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for split in ("train", "val"):
        for number in range(4):
            for color, paint in PAINTS.items():
                name = f"{split}{number}{color}.png"
                noise = np.random.default_rng(len(rows)).integers(0, 30, (60, 90, 3), np.uint8)
                cv2.imwrite(str(tmp_path / name), cv2.add(noise, np.full_like(noise, paint)))
                rows.append({"file": name, "color": color, "split": split})
    write_labels(tmp_path, rows)
    return tmp_path


def write_labels(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["file", "color", "split"])
        writer.writeheader()
        writer.writerows(rows)


def test_a_folder_becomes_a_model(folder: Path) -> None:
    from inference.attributes import VehicleAttributes
    from inference.backends.base import load_backend
    from inference.training.export import attributes, write
    from inference.training.photos import Findings
    from inference.training.train_attributes import Settings, read_crops, train
    from inference.weights import find_model

    findings = Findings()
    crops = read_crops([folder], findings)
    assert findings.lines == []
    settings = Settings(
        (str(folder),), str(folder / "run"), size=64, frozen=15, drawn=6, epochs=2, batch=4, workers=0, device="cpu"
    )
    run = train(settings, crops, resume=False)
    assert len(list((folder / "run" / "drawn").glob("*.jpg"))) == 6
    assert [entry["step"] for entry in run.history] == [1, 2]
    resumed = train(replace(settings, epochs=3), crops, resume=True)
    assert [entry["step"] for entry in resumed.history] == [1, 2, 3]
    write(attributes(folder / "run" / "last.pt"), folder / "models" / "attributes")
    path, config = find_model("attributes", folder=folder / "models")
    found = VehicleAttributes(load_backend(path, "openvino", 1), config).describe(
        [np.full((50, 70, 3), (0, 0, 220), np.uint8)]
    )
    assert found[0].color_confidence > 0


def test_training_begins_where_an_exported_model_stands(folder: Path) -> None:
    import torch

    from inference.training.attributes_model import Exportable
    from inference.training.export import attributes, write
    from inference.training.photos import Findings
    from inference.training.train_attributes import Run, Settings, read_crops

    crops = read_crops([folder], Findings())["train"]
    settings = Settings(size=64, frozen=15, out=str(folder / "first"), device="cpu")
    first = Run(settings)
    first.save("last.pt")
    write(attributes(folder / "first" / "last.pt"), folder / "models")
    second = Run(
        replace(settings, start=str(folder / "models" / "attributes.onnx"), out=str(folder / "second"), seed=2)
    )
    pictures = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        wanted = Exportable(first.early, first.late)(pictures)
        before = Exportable(second.early, second.late)(pictures)
        second.start(crops)
        assert not second.early.training
        after = Exportable(second.early, second.late)(pictures)
    assert not torch.allclose(wanted[0], before[0], atol=0.01), "the heads began anew"
    for right, guess in zip(wanted, after, strict=True):
        assert torch.allclose(right, guess, atol=0.01)


def test_a_batch_is_the_same_for_the_same_seed_and_epoch_only(folder: Path) -> None:
    from inference.training.photos import Findings
    from inference.training.train_attributes import Batches, Settings, read_crops

    crops = read_crops([folder], Findings())["train"]
    settings = Settings(size=64, batch=3)
    first, again, later = (Batches(crops, settings, epoch)[1] for epoch in (0, 0, 1))
    assert first["pictures"].shape == (3, 3, 64, 64)
    assert bool((first["pictures"] == again["pictures"]).all())
    assert not bool((first["pictures"] == later["pictures"]).all())
    epoch = [color for number in range(3) for color in Batches(crops, settings, 0)[number]["color"].tolist()]
    assert sorted(epoch) == sorted(crop.color for crop in crops)


def test_of_an_exported_dataset_only_brands_and_colors_are_read(folder: Path, tmp_path: Path) -> None:
    from inference.training.photos import Findings
    from inference.training.train_attributes import read_crops

    dataset = tmp_path / "dataset"
    dataset.mkdir()
    (dataset / "labels.csv").write_text("file,text,split\nreader/1.jpg,AB123CD,train\n")
    pictures = [path for path in folder.iterdir() if path.is_file()]
    (dataset / "color").mkdir()
    for path in pictures:
        path.rename(dataset / "color" / path.name)
    with (dataset / "color" / "labels.csv").open("a") as table:
        table.write("train0red.png,red,test\n")
    findings = Findings()
    crops = read_crops([dataset], findings)
    assert findings.lines == []
    assert {split: len(found) for split, found in crops.items()} == {"train": 8, "val": 8}


def test_bad_rows_are_named_with_their_line(folder: Path) -> None:
    from inference.training.photos import Findings
    from inference.training.train_attributes import read_crops

    with (folder / "labels.csv").open("a", newline="") as file:
        file.write("missing.png,red,train\ntrain0red.png,pink,train\ntrain0red.png,red,hidden\ntrain0red.png,red,val\n")
    findings = Findings()
    read_crops([folder], findings)
    wanted = [":18: picture", ":19: unknown label 'pink'", ":20: split 'hidden'", ":21:"]
    assert all(part in line for part, line in zip(wanted, findings.lines, strict=True))
    assert "is the same picture as" in findings.lines[-1]
