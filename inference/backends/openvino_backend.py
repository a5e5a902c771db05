"""OpenVINO: the default on a CPU; reads ONNX files as they are."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.backends.base import BackendError


class OpenVinoBackend:
    """Compiled once; every thread that calls ``run`` gets a request of its own.

    Computes in bfloat16 where the processor has it, unless ``exact``.
    """

    def __init__(self, path: Path, threads: int = 0, *, exact: bool = False) -> None:
        try:
            import openvino
        except ImportError as problem:
            raise BackendError(
                "OpenVINO is not installed: pip install openvino, or choose another backend"
            ) from problem
        # Its table of types is made on first use; two threads that make it at once wait for each other for ever.
        openvino.Type.f32.to_dtype()
        core = openvino.Core()
        options: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
        if threads:
            options["INFERENCE_NUM_THREADS"] = threads
        has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options["INFERENCE_PRECISION_HINT"] = "bf16" if has_bf16 and not exact else "f32"
        try:
            self._model = core.compile_model(core.read_model(str(path)), "CPU", options)
        except RuntimeError as problem:
            raise BackendError(f"OpenVINO cannot load {path}: {problem}; export the model again") from problem
        self._local = threading.local()

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        request = getattr(self._local, "request", None)
        if request is None:
            request = self._local.request = self._model.create_infer_request()
        request.infer([batch], share_inputs=True)
        return [np.array(request.get_output_tensor(i).data, np.float32) for i in range(len(self._model.outputs))]
