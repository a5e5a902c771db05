"""The training commands run from a folder to model files, go on where they stopped and name bad data."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inference.backends.base import load_backend
from inference.detector import Detector
from inference.weights import find_model

pytest.importorskip("torch")
if find_spec("ultralytics") is None:  # importing it here would change Pillow for all tests
    pytest.skip("training needs requirements/train.txt", allow_module_level=True)
pytest.importorskip("onnx")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures with a white plate each."""
    rng = np.random.default_rng(0)
    for split in ("train", "val"):
        for kind in ("images", "labels"):
            (tmp_path / kind / split).mkdir(parents=True)
        for number in range(3):
            image = rng.integers(0, 90, (120, 160, 3), np.uint8)
            image[50:70, 60:120] = 250
            cv2.imwrite(str(tmp_path / "images" / split / f"{number}.png"), image)
            (tmp_path / "labels" / split / f"{number}.txt").write_text("0 0.5625 0.5 0.375 0.1667\n")
    return tmp_path


def small(folder: Path) -> dict[str, Any]:
    """Settings of a training from nothing that takes seconds."""
    fast = {"batch": 2, "sizes": (64,), "judge_size": 64, "workers": 0, "streets": 1, "device": "cpu"}
    return {"data": (str(folder),), "start": "", "out": str(folder / "run")} | fast


def test_a_folder_becomes_a_detector_in_two_goes(folder: Path) -> None:
    from inference.training.export import detector, write
    from inference.training.train_detector import Settings, read_all, train

    settings = Settings(**small(folder), steps=2, judge_every=1)
    first = train(settings, read_all(settings, skip_bad=False), resume=False)
    assert [entry["step"] for entry in first.history] == [1, 2]
    longer = Settings(**{**settings.__dict__, "steps": 3})
    second = train(longer, read_all(longer, skip_bad=False), resume=True)
    assert [entry["step"] for entry in second.history] == [1, 2, 3]
    assert (folder / "run" / "curves.png").stat().st_size > 1000

    write(detector(folder / "run" / "last.pt"), folder / "models" / "detector")
    path, config = find_model("detector", folder=folder / "models")
    assert json.loads((path.parent / "config.json").read_text())["sha256"].keys() == {"detector.onnx"}
    Detector(load_backend(path, "openvino", 1), config).detect(np.zeros((120, 160, 3), np.uint8))


def test_the_weights_at_the_end_may_keep_a_share_of_those_at_the_beginning(folder: Path) -> None:
    from inference.training.train_detector import Settings, read_all, train

    settings = Settings(**small(folder), steps=1, average=0.0, warm_up=1, learning_rate=0.1, keep=1.0)
    run = train(settings, read_all(settings, skip_bad=False), resume=False)
    learned, kept = run.model.state_dict(), run.average.state_dict()
    weights = [name for name, _ in run.model.named_parameters()]
    assert all(bool((kept[name] == run.first[name]).all()) for name in weights)
    assert any(bool((learned[name] != run.first[name]).any()) for name in weights)


def test_bad_data_stops_the_training_before_it_starts(folder: Path) -> None:
    from inference.training.photos import BadData
    from inference.training.train_detector import Settings, read_all

    (folder / "labels" / "train" / "1.txt").write_text("7 0.5 0.5 0.1 0.1\n")
    with pytest.raises(BadData, match="--skip-bad"):
        read_all(Settings(data=(str(folder),)), skip_bad=False)
    assert len(read_all(Settings(data=(str(folder),)), skip_bad=True)["train"]) == 3


def test_a_file_that_answers_otherwise_is_refused(folder: Path) -> None:
    import torch

    from inference.model_config import ModelConfig
    from inference.training.export import Export, ExportRefused, _compare

    class Doubles:
        def run(self, batch: np.ndarray) -> list[np.ndarray]:
            return [batch * 2]

    config = ModelConfig("tiny", "detector", "", 8, 8, "rgb", ())
    export = Export(torch.nn.Identity(), np.ones((1, 3, 8, 8), np.float32), {}, config)
    with pytest.raises(ExportRefused, match=r"differs by 1\.0"):
        _compare(export, "doubling", Doubles())
