"""Model files are found, and damaged ones are not run."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from inference.model_config import ModelConfig
from inference.weights import MODELS, WeightsError, digest, find_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of models with one small model."""
    (tmp_path / "tiny").mkdir()
    weights = tmp_path / "tiny" / "tiny.onnx"
    weights.write_bytes(b"weights")
    config = ModelConfig("tiny", "detector", "1", 32, 32, "rgb", ("plate",), sha256={"tiny.onnx": digest(weights)})
    config.save(tmp_path / "tiny" / "config.json")
    return tmp_path


def test_a_model_is_found_with_its_config(folder: Path) -> None:
    path, config = find_model("tiny", folder=folder)
    assert path == folder / "tiny" / "tiny.onnx"
    assert config.classes == ("plate",)


def test_openvino_alone_prefers_eight_bits(folder: Path) -> None:
    small = folder / "tiny" / "tiny.int8.onnx"
    small.write_bytes(b"small")
    config = find_model("tiny", folder=folder)[1]
    replace(config, sha256=config.sha256 | {small.name: digest(small)}).save(folder / "tiny" / "config.json")
    assert find_model("tiny", folder=folder)[0] == small
    assert find_model("tiny", "onnx", folder)[0].name == "tiny.onnx"
    small.write_bytes(b"smaller")
    with pytest.raises(WeightsError, match=r"tiny\.int8\.onnx is damaged"):
        find_model("tiny", folder=folder)


def test_damaged_weights_are_named(folder: Path) -> None:
    (folder / "tiny" / "tiny.onnx").write_bytes(b"weighty")
    with pytest.raises(WeightsError, match=r"tiny\.onnx is damaged.*git checkout"):
        find_model("tiny", folder=folder)


def test_missing_weights_are_named(folder: Path) -> None:
    (folder / "tiny" / "tiny.onnx").unlink()
    with pytest.raises(WeightsError, match=r"tiny\.onnx is missing.*git checkout"):
        find_model("tiny", folder=folder)


def test_a_missing_model_is_named(folder: Path) -> None:
    shutil.rmtree(folder / "tiny")
    with pytest.raises(WeightsError, match=r"config\.json is missing"):
        find_model("tiny", folder=folder)


@pytest.mark.parametrize("text", ["", "{", '{"name": "tiny"}', '{"classes": [], "nonsense": 1}'])
def test_a_damaged_config_is_named(folder: Path, text: str) -> None:
    (folder / "tiny" / "config.json").write_text(text)
    with pytest.raises(WeightsError, match=r"config\.json is damaged"):
        find_model("tiny", folder=folder)


def test_a_backend_without_a_file_says_how_to_get_one(folder: Path) -> None:
    with pytest.raises(WeightsError, match=r"no \.param file for ncnn"):
        find_model("tiny", "ncnn", folder)


@pytest.mark.parametrize("name", ["detector", "attributes", "reader"])
def test_the_products_own_weights_are_whole_and_have_a_card(name: str) -> None:
    find_model(name)
    assert (MODELS / name / "README.md").is_file()
