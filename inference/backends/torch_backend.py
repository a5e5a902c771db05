"""PyTorch: for a CUDA GPU, in half precision there; reads a program saved by torch.export (.pt2)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.backends.base import BackendError


class TorchBackend:
    """On the first CUDA GPU, or on the CPU where there is none."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        try:
            import torch
            from torch.export.passes import move_to_device_pass
        except ImportError as problem:
            raise BackendError("PyTorch is not installed: pip install -r requirements/train.txt") from problem
        if not path.is_file():
            raise BackendError(f"{path} is missing: export the model with --torch")
        try:
            program = torch.export.load(path)
        except (RuntimeError, ValueError, KeyError) as problem:
            raise BackendError(f"PyTorch cannot load {path}: {problem}; export the model again") from problem
        self._torch = torch
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        if threads:
            torch.set_num_threads(threads)
        if self._device == "cuda":
            program = move_to_device_pass(program, self._device)
        self._model = program.module()

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        torch = self._torch
        with torch.inference_mode(), torch.autocast(self._device, torch.float16, enabled=self._device == "cuda"):
            outputs = self._model(torch.from_numpy(np.ascontiguousarray(batch)).to(self._device))
        kept = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
        return [output.float().cpu().numpy() for output in kept]
