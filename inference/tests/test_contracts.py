"""Every runtime that is installed gives the same answers to the same model."""

import importlib.util
import threading
from pathlib import Path

import numpy as np
import pytest

from inference.backends.base import BackendError, load_backend
from inference.backends.openvino_backend import OpenVinoBackend
from inference.detector import letterbox
from inference.synthetic import Street
from inference.weights import MODELS, SUFFIXES, find_model

PACKAGES = {"openvino": "openvino", "onnx": "onnxruntime", "ncnn": "ncnn", "torch": "torch"}


def installed(backend: str) -> bool:
    return importlib.util.find_spec(PACKAGES[backend]) is not None


def has_file(backend: str, model: str = "detector") -> bool:
    return any((MODELS / model / f"{model}{suffix}").is_file() for suffix in SUFFIXES[backend])


def inputs_of(model: str) -> np.ndarray:
    """Coarse noise in the model's size; the detector takes one picture at a time, of any size."""
    config = find_model(model)[1]
    height, width = (192, 320) if model == "detector" else (config.input_height, config.input_width)
    channels = 1 if config.color_mode == "gray" else 3
    small = np.random.default_rng(2).random(
        (1 if model == "detector" else 2, channels, height // 16, width // 16), np.float32
    )
    return np.ascontiguousarray(small.repeat(16, axis=2).repeat(16, axis=3))


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    rng = np.random.default_rng(2)
    small = rng.random((1, 3, 6, 10), np.float32)
    return np.ascontiguousarray(small.repeat(32, axis=2).repeat(32, axis=3))


@pytest.mark.parametrize("model", ["detector", "reader", "attributes"])
@pytest.mark.parametrize("backend", ["onnx", "ncnn", "torch"])
def test_a_runtime_agrees_with_openvino(backend: str, model: str) -> None:
    if not installed(backend) or not has_file(backend, model):
        pytest.skip(f"{backend} is not installed or the {model} is not exported for it")
    pictures = inputs_of(model)
    ours = load_backend(find_model(model, backend)[0], backend, 1).run(pictures)
    wanted = OpenVinoBackend(find_model(model, "onnx")[0], 1, exact=True).run(pictures)
    assert [output.shape for output in ours] == [output.shape for output in wanted]
    for one, other in zip(ours, wanted, strict=True):
        assert np.quantile(np.abs(one - other), 0.99) < 0.02


@pytest.mark.parametrize("model", ["detector", "reader", "attributes"])
def test_bfloat16_answers_as_full_precision_does(model: str) -> None:
    """The detector's answers are lengths, whose error grows with them: it gets a picture of ordinary vehicles."""
    street = letterbox(Street(11).render(6.0)[0], 640, 640).batch
    pictures = street if model == "detector" else inputs_of(model)
    path = find_model(model, "onnx")[0]
    quick, exact = (OpenVinoBackend(path, 1, exact=exact).run(pictures) for exact in (False, True))
    for one, other in zip(quick, exact, strict=True):
        assert np.quantile(np.abs(one - other), 0.99) < 0.1


def test_a_batch_gives_what_its_pictures_give_one_by_one() -> None:
    backend = load_backend(find_model("attributes")[0], "openvino", 1)
    config = find_model("attributes")[1]
    rng = np.random.default_rng(4)
    batch = rng.random((3, 3, config.input_height, config.input_width), np.float32)
    together = backend.run(batch)
    for place, picture in enumerate(batch):
        for whole, single in zip(together, backend.run(picture[None]), strict=True):
            np.testing.assert_allclose(whole[place], single[0], atol=0.03)


def test_threads_share_a_backend_and_get_their_own_answers(pictures: np.ndarray) -> None:
    backend = load_backend(find_model("detector")[0], "openvino", 1)
    inputs = [np.ascontiguousarray(np.roll(pictures, 32 * step, axis=3)) for step in range(4)]
    wanted = [backend.run(one)[0] for one in inputs]
    got: list[list[np.ndarray]] = [[] for _ in inputs]

    def work(place: int) -> None:
        got[place] = [backend.run(inputs[place])[0] for _ in range(3)]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for place, answers in enumerate(got):
        assert len(answers) == 3
        for answer in answers:
            np.testing.assert_array_equal(answer, wanted[place])


def test_an_unknown_backend_names_the_choices(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="openvino, onnx, ncnn or torch"):
        load_backend(tmp_path / "model.onnx", "tensorflow")


@pytest.mark.parametrize("backend", ["openvino", "onnx", "ncnn", "torch"])
def test_a_missing_file_or_package_says_what_to_do(backend: str, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"install|export|load"):
        load_backend(tmp_path / f"model{SUFFIXES[backend][-1]}", backend)


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_a_damaged_file_is_a_clear_error(backend: str, tmp_path: Path) -> None:
    if not installed(backend):
        pytest.skip(f"{backend} is not installed")
    path = tmp_path / "model.onnx"
    path.write_bytes(b"no model at all")
    with pytest.raises(BackendError, match=r"model\.onnx"):
        load_backend(path, backend)
