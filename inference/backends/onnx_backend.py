"""ONNX Runtime: on a GPU where its CUDA provider is installed, else on the CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.backends.base import BackendError


class OnnxBackend:
    """One session, which several threads may use at a time."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        try:
            import onnxruntime
        except ImportError as problem:
            raise BackendError(
                "ONNX Runtime is not installed: pip install onnxruntime (or onnxruntime-gpu)"
            ) from problem
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        known = onnxruntime.get_available_providers()
        providers = [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in known]
        if not path.is_file():
            raise BackendError(f"{path} is missing: export the model")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except (RuntimeError, ValueError) as problem:
            raise BackendError(f"ONNX Runtime cannot load {path}: {problem}; export the model again") from problem
        except onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf as problem:
            raise BackendError(f"{path} is no ONNX model: export it again") from problem
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        return [np.asarray(output, np.float32) for output in self._session.run(None, {self._input: batch})]
