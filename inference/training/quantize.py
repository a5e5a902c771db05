"""The reader's convolutions in eight bits: as right as in half precision, and faster on processors without bfloat16."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from inference.backends.openvino_backend import OpenVinoBackend
from inference.plate_format import ALPHABET
from inference.reader import decode
from inference.training.synth import draw_set

PLATES = 300
MOST_LOST = 0.01
"""The share of drawn plates that may be read in full precision alone."""


class ReadsWorse(Exception):
    """In eight bits fewer plates are read."""


class _Batches(CalibrationDataReader):  # type: ignore[misc]
    """Plates that tell how large the values between the layers become."""

    def __init__(self, pictures: NDArray[np.float32], batch: int = 16) -> None:
        self._batches = iter(np.split(pictures, range(batch, len(pictures), batch)))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"pictures": batch}


def quantize_reader(full: Path, path: Path, size: tuple[int, int]) -> None:
    """Writes the ONNX file ``full`` in eight bits to ``path``. Raises ``ReadsWorse``.

    ``size`` is the network's input (width, height). Drawn plates set the ranges, and others judge.
    """
    with tempfile.TemporaryDirectory() as temporary:
        prepared = Path(temporary) / "prepared.onnx"
        quant_pre_process(str(full), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(path),
            _Batches(_plates(256, 13, size)[0]),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    before, after = (_read_right(each, size) for each in (full, path))
    figures = f"int8: reads {after} of {PLATES} drawn plates, full precision {before}"
    if after < before - MOST_LOST * PLATES:
        raise ReadsWorse(figures)
    print(figures)


def _read_right(path: Path, size: tuple[int, int]) -> int:
    pictures, texts = _plates(PLATES, 17, size)
    (steps,) = OpenVinoBackend(path).run(pictures)
    classes = ("", *ALPHABET)
    found = ["".join(character.char for character in decode(each, classes)) for each in steps]
    return sum(one == other for one, other in zip(found, texts, strict=True))


def _plates(count: int, seed: int, size: tuple[int, int]) -> tuple[NDArray[np.float32], list[str]]:
    plates = draw_set(count, seed, size)
    return np.stack([image for image, _ in plates])[:, None].astype(np.float32) / 255, [text for _, text in plates]
