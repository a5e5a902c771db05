"""Turns a reader checkpoint into the product's model files: ``python -m inference.training.export_reader``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.backends.base import load_backend
from inference.model_config import ModelConfig
from inference.plate_format import ALPHABET
from inference.reader import decode
from inference.training.reader_network import ReaderNetwork
from inference.training.synth import draw_set
from inference.weights import CONFIG, MODELS, digest

TOLERANCE = {"onnx": 1e-3, "openvino": 0.5}
"""The largest difference from torch in any probability that a runtime may show; OpenVINO runs in bfloat16."""
SAME_TEXTS = 0.97


class ExportError(Exception):
    """A runtime gives other answers than torch."""


class Probabilities(nn.Module):
    """The network with the softmax that the product expects."""

    def __init__(self, network: ReaderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        return torch.softmax(self.network(images), 2)


def export(checkpoint: Path, folder: Path, version: str) -> ModelConfig:
    """Writes ``reader.onnx`` and its config into ``folder``, after comparing every runtime's answers with torch's.

    Raises ``ExportError`` when they differ.
    """
    values = torch.load(checkpoint, map_location="cpu", weights_only=True)
    settings = values["settings"]
    size = (settings["input_width"], settings["input_height"])
    network = ReaderNetwork(len(values["alphabet"]) + 1)
    network.load_state_dict(values["averaged"])
    model = Probabilities(network).eval()
    samples = np.stack([image for image, _ in draw_set(64, 11, size)])[:, None].astype(np.float32) / 255
    with tempfile.TemporaryDirectory() as scratch:
        partial = Path(scratch) / "reader.onnx"
        torch.onnx.export(
            model,
            (torch.from_numpy(samples[:1]),),
            str(partial),
            dynamo=False,
            opset_version=17,
            input_names=["image"],
            output_names=["probabilities"],
            dynamic_axes={"image": {0: "count"}, "probabilities": {0: "count"}},
        )
        compare(model, partial, samples)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "reader.onnx").write_bytes(partial.read_bytes())
    config = ModelConfig(
        name="reader",
        task="reader",
        version=version,
        input_width=size[0],
        input_height=size[1],
        color_mode="gray",
        classes=("", *values["alphabet"]),
        sha256={"reader.onnx": digest(folder / "reader.onnx")},
    )
    config.save(folder / CONFIG)
    return config


@torch.no_grad()
def compare(model: nn.Module, path: Path, samples: np.ndarray) -> None:
    """Raises ``ExportError`` when a runtime's answers differ from torch's."""
    wanted = model(torch.from_numpy(samples)).numpy()
    for name, tolerance in TOLERANCE.items():
        (got,) = load_backend(path, name, threads=1).run(samples)
        largest = float(np.abs(got - wanted).max())
        same = float(np.mean([_text(one) == _text(other) for one, other in zip(got, wanted, strict=True)]))
        print(f"{name}: largest difference {largest:.5f}, same text in {same:.0%}")
        if largest > tolerance or same < SAME_TEXTS:
            raise ExportError(
                f"{name} differs from torch by {largest:.4f} (allowed {tolerance}) and reads {same:.0%} of "
                f"{len(samples)} plates alike (wanted {SAME_TEXTS:.0%}): nothing was written"
            )


def _text(probabilities: np.ndarray) -> str:
    return "".join(character.char for character in decode(probabilities, ("", *ALPHABET)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/reader/best.pt"))
    parser.add_argument("--out", type=Path, default=MODELS / "reader")
    parser.add_argument("--version", required=True, help="told beside every plate read with this model")
    options = parser.parse_args(arguments)
    try:
        export(options.checkpoint, options.out, options.version)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
