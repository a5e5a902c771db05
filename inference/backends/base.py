"""The one method that every runtime offers, and the choice of a runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class BackendError(Exception):
    """The runtime is unknown, not installed, or cannot load the file; the message says what to do."""


class Backend(Protocol):
    """Runs arrays through a model file."""

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """``batch`` is N × channels × height × width, 0-1; one array per output. Thread-safe."""
        ...


def load_backend(path: Path, name: str = "openvino", threads: int = 0) -> Backend:
    """A model file (.onnx; .param for ncnn) in the runtime ``name``; ``threads`` 0 leaves the choice to it.

    Raises ``BackendError``.
    """
    if name == "openvino":
        from inference.backends.openvino_backend import OpenVinoBackend

        return OpenVinoBackend(path, threads)
    if name == "onnx":
        from inference.backends.onnx_backend import OnnxBackend

        return OnnxBackend(path, threads)
    if name == "ncnn":
        from inference.backends.ncnn_backend import NcnnBackend

        return NcnnBackend(path, threads)
    if name == "torch":
        from inference.backends.torch_backend import TorchBackend

        return TorchBackend(path, threads)
    raise BackendError(f"unknown backend {name!r}: choose openvino, onnx, ncnn or torch")
