"""Training that begins with an exported model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.weights import MODELS, find_model

torch = pytest.importorskip("torch", reason="training needs requirements/train.txt")
pytestmark = pytest.mark.slow


def test_a_network_filled_from_its_export_answers_like_it() -> None:
    from inference.backends.openvino_backend import OpenVinoBackend
    from inference.training.reader_network import ReaderNetwork
    from inference.training.synth import draw_set
    from inference.training.warm_start import start_from

    path, config = find_model("reader", "onnx")
    crops = [image for image, _ in draw_set(8, 1, (192, 64))]
    pictures = torch.from_numpy(np.stack(crops)[:, None]).float() / 255
    network = ReaderNetwork(len(config.classes))
    start_from(network, path, [pictures], "0.")
    with torch.no_grad():
        evaluated = network.eval()(pictures).softmax(2).numpy()
        trained = network.train()(pictures).softmax(2).numpy()
    (exported,) = OpenVinoBackend(path, exact=True).run(pictures.numpy())
    assert np.quantile(np.abs(evaluated - exported), 0.999) < 0.02
    assert (trained.argmax(2) == exported.argmax(2)).mean() > 0.95


@pytest.mark.parametrize("file", ["missing.onnx", "attributes/attributes.onnx"])
def test_what_does_not_hold_the_weights_is_refused(file: str) -> None:
    from inference.training.reader_network import ReaderNetwork
    from inference.training.warm_start import CannotStart, start_from

    with pytest.raises(CannotStart, match=Path(file).name):
        start_from(ReaderNetwork(37), MODELS / file, [torch.zeros(1, 1, 64, 192)], "0.")
