"""Checkpoint → the files that the product runs, refused when they do not answer as the trained network does.

python -m inference.training.export detector --checkpoint runs/detector/best.pt
"""

from __future__ import annotations

import argparse
import functools
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.backends.base import Backend, BackendError, load_backend
from inference.backends.openvino_backend import OpenVinoBackend
from inference.model_config import ModelConfig
from inference.training.quantize import ReadsWorse, quantize_reader
from inference.weights import CONFIG, MODELS, digest

TOLERANCE = 0.03
"""Largest difference of 999 in 1000 outputs, in shares of the output where it exceeds 1: half-precision weights cost
that much, and a cell that cannot decide may jump further."""


class ExportRefused(Exception):
    """A file answers otherwise than the trained network; nothing was replaced."""


@dataclass(frozen=True)
class Export:
    """A network ready to be written.

    ``network`` runs in eval mode. ``pictures`` is a batch that it is compared on. ``free`` are the axes of the input
    that may have any length. ``config`` is saved with the digests of the files. ``quantize`` makes an ONNX file of
    eight bits out of one in full precision.
    """

    network: torch.nn.Module
    pictures: NDArray[np.float32]
    free: dict[int, str]
    config: ModelConfig
    quantize: Callable[[Path, Path], None] | None = None


def write(
    export: Export, folder: Path, *, with_int8: bool = False, with_ncnn: bool = False, with_torch: bool = False
) -> list[Path]:
    """Puts the files and their config into ``folder``. Raises ``ExportRefused``, and for eight bits ``ReadsWorse``."""
    name = export.config.name
    if with_int8 and export.quantize is None:
        raise ExportRefused("--int8: for the reader only; the detector's boxes get looser by it, and no sooner")
    with tempfile.TemporaryDirectory() as temporary:
        full = _write_onnx(export, Path(temporary) / "full.onnx")
        made = [_write_half(full, Path(temporary) / f"{name}.onnx")]
        checks: list[tuple[str, Backend]] = [
            ("openvino", OpenVinoBackend(made[0], exact=True)),
            ("onnx", load_backend(made[0], "onnx")),
        ]
        if with_ncnn:
            made += _write_ncnn(export, Path(temporary) / f"{name}.param")
            checks.append(("ncnn", load_backend(made[-2], "ncnn")))
        if with_torch:
            made.append(_write_torch(export, Path(temporary) / f"{name}.pt2"))
            checks.append(("torch", load_backend(made[-1], "torch")))
        for runtime, backend in checks:
            _compare(export, runtime, backend)
        if with_int8 and export.quantize:
            made.append(Path(temporary) / f"{name}.int8.onnx")
            export.quantize(full, made[-1])
        folder.mkdir(parents=True, exist_ok=True)
        for path in made:
            (folder / path.name).write_bytes(path.read_bytes())
    digests = {path.name: digest(folder / path.name) for path in made}
    version = export.config.version or f"{datetime.now(UTC):%Y.%m.%d}-{digests[made[0].name][:6]}"
    replace(export.config, version=version, sha256=digests).save(folder / CONFIG)
    return [folder / path.name for path in made]


def _compare(export: Export, runtime: str, backend: Backend) -> None:
    with torch.no_grad():
        wanted = export.network(torch.from_numpy(export.pictures))
    rights = wanted if isinstance(wanted, (tuple, list)) else [wanted]
    for right, guess in zip((right.float().numpy() for right in rights), backend.run(export.pictures), strict=True):
        if right.shape != guess.shape:
            raise ExportRefused(f"{runtime}: shape {guess.shape} instead of {right.shape}")
        strayed = np.abs(right - guess) / np.maximum(1.0, np.abs(right))
        usual, worst = float(np.quantile(strayed, 0.999)), float(strayed.max())
        print(f"{runtime}: differs by at most {usual:.4f} in 999 of 1000 values, {worst:.4f} in the last")
        if not usual <= TOLERANCE:
            raise ExportRefused(f"{runtime}: differs by {usual:.4f}, more than {TOLERANCE}")


def _write_onnx(export: Export, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            export.network,
            (torch.from_numpy(export.pictures),),
            str(path),
            input_names=["pictures"],
            dynamic_axes={"pictures": export.free},
            opset_version=17,
            dynamo=False,
        )
    return path


def _write_half(full: Path, path: Path) -> Path:
    model = onnx.load(full)
    halve_weights(model)
    onnx.save(model, path)
    return path


def halve_weights(model: onnx.ModelProto) -> None:
    """Stores large weights in half precision; a cast beside each widens it again when the file is loaded."""
    graph = model.graph
    casts = []
    for weight in [kept for kept in graph.initializer if kept.data_type == TensorProto.FLOAT]:
        values = numpy_helper.to_array(weight)
        if values.size < 64 or np.abs(values).max() > 60_000:
            continue
        half = numpy_helper.from_array(values.astype(np.float16), f"{weight.name}.half")
        casts.append(helper.make_node("Cast", [half.name], [weight.name], to=TensorProto.FLOAT))
        graph.initializer.remove(weight)
        graph.initializer.append(half)
    for place, cast in enumerate(casts):
        graph.node.insert(place, cast)


def _write_ncnn(export: Export, path: Path) -> list[Path]:
    program = path.with_suffix(".ts")
    first = torch.from_numpy(export.pictures[:1])
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.jit.trace(export.network, first, check_trace=False).save(str(program))
    shape = ",".join(str(length) for length in first.shape)
    other = ",".join(
        str(length // 2 if axis in export.free and axis else length) for axis, length in enumerate(first.shape)
    )
    weights = path.with_suffix(".bin")
    shapes = [f"inputshape=[{shape}]", f"inputshape2=[{other}]"]  # two, so that no length is taken for granted
    command = ["pnnx", program.name, *shapes, f"ncnnparam={path.name}", f"ncnnbin={weights.name}", "fp16=1"]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    if not path.is_file():
        raise ExportRefused(f"pnnx made no {path.name}: {done.stderr[-500:] or done.stdout[-500:]}")
    return [path, weights]


def _write_torch(export: Export, path: Path) -> Path:
    shape = dict.fromkeys(export.free, torch.export.Dim.AUTO)
    with torch.no_grad():
        program = torch.export.export(export.network, (torch.from_numpy(export.pictures),), dynamic_shapes=(shape,))
    torch.export.save(program, path)
    return path


def detector(checkpoint: Path) -> Export:
    """The average of the checkpoint's weights, its norms folded into the convolutions."""
    from inference.detector import letterbox
    from inference.synthetic import Street
    from inference.training.detector_model import Exportable, build_model

    saved = torch.load(checkpoint, map_location="cpu", weights_only=False)
    model = build_model()
    model.load_state_dict(saved["average"])
    network = Exportable(model.fuse(verbose=False))
    picture = letterbox(Street(3).render(8.0)[0], 640, 640).batch
    config = ModelConfig(
        name="detector",
        task="detector",
        version="",
        input_width=640,
        input_height=640,
        color_mode="rgb",
        classes=tuple(saved["classes"]),
        thresholds={"plate": 0.25, "vehicle": 0.35, "overlap": 0.5},
    )
    return Export(network, picture, {2: "height", 3: "width"}, config)


def attributes(checkpoint: Path) -> Export:
    """Both halves of the network, with the softmax."""
    from inference.training.attributes_model import Exportable, build

    saved = torch.load(checkpoint, map_location="cpu", weights_only=False)
    early, late = build(saved["settings"]["frozen"], pretrained=False)
    early.load_state_dict(saved["early"])
    late.load_state_dict(saved["late"])
    size = saved["settings"]["size"]
    config = ModelConfig(
        name="attributes",
        task="attributes",
        version="",
        input_width=size,
        input_height=size,
        color_mode="rgb",
        classes=tuple(saved["brands"]),
        colors=tuple(saved["colors"]),
        thresholds={"brand": 0.4, "color": 0.4},
    )
    pictures = np.random.default_rng(0).random((2, 3, size, size), np.float32)
    return Export(Exportable(early, late), pictures, {0: "pictures"}, config)


def reader(checkpoint: Path) -> Export:
    """The average of the checkpoint's weights, with the softmax; compared on drawn plates."""
    from inference.training.reader_network import ReaderNetwork
    from inference.training.synth import draw_set

    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network = ReaderNetwork(len(saved["alphabet"]) + 1)
    network.load_state_dict(saved["averaged"])
    size = saved["settings"]["input_width"], saved["settings"]["input_height"]
    pictures = np.stack([image for image, _ in draw_set(16, 11, size)])[:, None].astype(np.float32) / 255
    config = ModelConfig(
        name="reader",
        task="reader",
        version="",
        input_width=size[0],
        input_height=size[1],
        color_mode="gray",
        classes=("", *saved["alphabet"]),
    )
    return Export(
        torch.nn.Sequential(network, torch.nn.Softmax(2)).eval(),
        pictures,
        {0: "pictures"},
        config,
        functools.partial(quantize_reader, size=size),
    )


EXPORTS: dict[str, Callable[[Path], Export]] = {"attributes": attributes, "detector": detector, "reader": reader}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(EXPORTS))
    parser.add_argument("--checkpoint", type=Path, help="default: runs/MODEL/best.pt")
    parser.add_argument("--out", type=Path, help="default: inference/models/MODEL")
    parser.add_argument("--int8", action="store_true", help="also in eight bits for OpenVINO (reader only)")
    parser.add_argument("--ncnn", action="store_true", help="also for NCNN, by pnnx")
    parser.add_argument("--torch", action="store_true", help="also for PyTorch, by torch.export")
    chosen = parser.parse_args()
    checkpoint = chosen.checkpoint or Path("runs") / chosen.model / "best.pt"
    folder = chosen.out or MODELS / chosen.model
    try:
        export = EXPORTS[chosen.model](checkpoint)
        made = write(export, folder, with_int8=chosen.int8, with_ncnn=chosen.ncnn, with_torch=chosen.torch)
    except (ExportRefused, ReadsWorse, BackendError, FileNotFoundError) as problem:
        raise SystemExit(f"error: {problem}") from problem
    for path in made:
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
