"""NCNN: small and fast on ARM; reads a .param file with its .bin beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.backends.base import BackendError


class NcnnBackend:
    """One network; every run uses an extractor of its own. NCNN knows no batch: its pictures run in a row."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        try:
            import ncnn
        except ImportError as problem:
            raise BackendError("NCNN is not installed: pip install ncnn, or choose another backend") from problem
        weights = path.with_suffix(".bin")
        for file in (path, weights):
            if not file.is_file():
                raise BackendError(f"{file} is missing: export the model with --ncnn")
        self._ncnn = ncnn
        self._net = ncnn.Net()
        if threads:
            self._net.opt.num_threads = threads
        if self._net.load_param(str(path)) != 0 or self._net.load_model(str(weights)) != 0:
            raise BackendError(f"NCNN cannot load {path}: export the model again with --ncnn")

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        runs = [self._run_one(picture) for picture in batch]
        return [np.stack(outputs) for outputs in zip(*runs, strict=True)]

    def _run_one(self, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        extractor = self._net.create_extractor()
        extractor.input(self._net.input_names()[0], self._ncnn.Mat(np.ascontiguousarray(picture)).clone())
        outputs = []
        for name in self._net.output_names():
            code, value = extractor.extract(name)
            if code != 0:
                raise BackendError(f"NCNN failed on output {name} with code {code}")
            outputs.append(np.array(value, np.float32))
        return outputs
