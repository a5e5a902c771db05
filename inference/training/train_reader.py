"""Trains the plate reader: ``python -m inference.training.train_reader --data FOLDER [FOLDER ...]``."""

from __future__ import annotations

import argparse
import itertools
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader
from tqdm import tqdm

from inference.plate_format import ALPHABET
from inference.reader import to_input
from inference.training.batches import Mixture, PlateBatches
from inference.training.curves import draw_curves
from inference.training.dataset import Crop, DatasetError, load_crops
from inference.training.precision import mixed_precision
from inference.training.reader_network import ReaderNetwork
from inference.training.synth import draw_set, find_fonts
from inference.training.warm_start import CannotStart, start_from
from inference.weights import MODELS

DOUBT = 20.0
"""How many times likelier than the text of an unchecked crop what the first weights read may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run depends on; every field is an option of the command and goes into the checkpoint.

    ``start`` is the exported reader to go on from, empty to begin from nothing, with three times the learning rate.
    ``leave_out`` names sources, regions or countries (``us`` is all its states), with commas: none of their crops is
    learned from, all of those in ``val`` are still read. ``keep`` is the share of the first weights in the last ones.
    """

    minutes: float = 60.0
    batch: int = 64
    learning_rate: float = 4e-4
    weight_decay: float = 0.02
    warm_up: float = 0.02
    drawn: float = 0.5
    strength: float = 1.0
    round_steps: int = 400
    patience: int = 25
    averaging: float = 0.999
    input_width: int = 192
    input_height: int = 64
    seed: int = 1
    threads: int = 0
    workers: int = 1
    leave_out: str = ""
    keep: float = 0.0
    start: str = str(MODELS / "reader" / "reader.onnx")

    @property
    def size(self) -> tuple[int, int]:
        return self.input_width, self.input_height


class Run:
    """A training run: everything that a checkpoint holds."""

    def __init__(self, settings: Settings, folder: Path, device: torch.device) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.folder, self.device = settings, folder, device
        self.network = ReaderNetwork(len(ALPHABET) + 1).to(device, memory_format=torch.channels_last)
        self.averaged = ReaderNetwork(len(ALPHABET) + 1).to(device, memory_format=torch.channels_last)
        self.averaged.load_state_dict(self.network.state_dict())
        self.first: dict[str, torch.Tensor] = {}
        self.optimizer = torch.optim.AdamW(_groups(self.network, settings.weight_decay), lr=settings.learning_rate)
        self.elapsed, self.steps, self.best = 0.0, 0, -1.0
        self.curve: list[dict[str, float]] = []

    @property
    def progress(self) -> float:
        return min(1.0, self.elapsed / (self.settings.minutes * 60))

    def save(self, name: str) -> None:
        values: dict[str, Any] = {key: getattr(self, key) for key in ("elapsed", "steps", "best", "curve", "first")}
        values |= {"settings": asdict(self.settings), "alphabet": ALPHABET}
        values |= {key: getattr(self, key).state_dict() for key in ("network", "averaged", "optimizer")}
        partial = self.folder / f"{name}.part"
        torch.save(values, partial)
        partial.replace(self.folder / name)

    def start(self, path: Path, batches: PlateBatches) -> None:
        """Begins with the weights of an exported reader."""
        pictures = [images.float() / 255 for images, *_ in itertools.islice(iter(batches), 8)]
        start_from(self.network.cpu(), path, pictures, "0.")
        self.network.to(self.device)
        self.averaged.load_state_dict(self.network.state_dict())

    def resume(self, path: Path) -> None:
        values = torch.load(path, map_location=self.device, weights_only=True)
        for key in ("network", "averaged", "optimizer"):
            getattr(self, key).load_state_dict(values[key])
        for key in ("elapsed", "steps", "best", "curve", "first"):
            setattr(self, key, values[key])

    def keep(self) -> None:
        """Moves the average back towards the weights that the training began with."""
        for name, value in self.averaged.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(self.first[name], self.settings.keep)


def _groups(network: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices only."""
    wide = [value for value in network.parameters() if value.ndim > 1]
    narrow = [value for value in network.parameters() if value.ndim <= 1]
    return [{"params": wide, "weight_decay": decay}, {"params": narrow, "weight_decay": 0.0}]


def rate_at(progress: float, settings: Settings) -> float:
    """The learning rate: a short rise, then half a cosine down to a hundredth."""
    if progress < settings.warm_up:
        return settings.learning_rate * (progress / settings.warm_up * 0.95 + 0.05)
    rest = (progress - settings.warm_up) / (1 - settings.warm_up)
    return settings.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * rest)) / 2)


def train_round(run: Run, batches: Any) -> float:
    """``round_steps`` steps; returns the mean loss."""
    run.network.train()
    total, settings = 0.0, run.settings
    bar = tqdm(range(settings.round_steps), desc=f"step {run.steps}", leave=False, mininterval=5, file=sys.stderr)
    for _ in bar:
        began = time.monotonic()
        images, labels, lengths = next(batches)
        for group in run.optimizer.param_groups:
            group["lr"] = rate_at(run.progress, settings)
        images = images.to(run.device, memory_format=torch.channels_last).float() / 255
        with mixed_precision(run.device.type):
            scores = run.network(images)
        logs = scores.float().log_softmax(2).transpose(0, 1)
        steps = torch.full((images.shape[0],), logs.shape[0])
        loss = nn.functional.ctc_loss(logs, labels.to(run.device), steps, lengths, zero_infinity=True)
        run.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(run.network.parameters(), 2.0)
        run.optimizer.step()
        run.steps += 1
        _average(run)
        total += loss.item()
        run.elapsed += time.monotonic() - began
        bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    return total / settings.round_steps


@torch.no_grad()
def _average(run: Run) -> None:
    keep = min(run.settings.averaging, run.steps / (run.steps + 50))
    averaged = run.averaged.state_dict()
    for name, value in run.network.state_dict().items():
        if value.dtype.is_floating_point:
            averaged[name].lerp_(value, 1 - keep)
        else:
            averaged[name].copy_(value)


def batches_of(images: Sequence[Any], device: torch.device) -> Iterator[torch.Tensor]:
    """Of input crops, as the network wants them."""
    for start in range(0, len(images), 256):
        batch = torch.from_numpy(np.stack(images[start : start + 256])[:, None]).to(device).float() / 255
        yield batch.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def read_all(network: nn.Module, images: Sequence[Any], device: torch.device) -> list[str]:
    """The texts by best path."""
    network.eval()
    texts: list[str] = []
    for batch in batches_of(images, device):
        with mixed_precision(device.type):
            best = network(batch).float().argmax(2)
        for row in best.tolist():
            kept = [step for at, step in enumerate(row) if step and (at == 0 or row[at - 1] != step)]
            texts.append("".join(ALPHABET[step - 1] for step in kept))
    return texts


@torch.no_grad()
def losses_of(network: nn.Module, images: Sequence[Any], texts: Sequence[str], device: torch.device) -> torch.Tensor:
    """The negative logarithm of each text's likelihood on its crop, over all paths; a text has a character at least."""
    network.eval()
    with mixed_precision(device.type):
        scores = torch.cat([network(batch).cpu() for batch in batches_of(images, device)])
    logs = scores.float().log_softmax(2)
    labels = torch.tensor([ALPHABET.index(char) + 1 for text in texts for char in text])
    lengths = torch.tensor([len(text) for text in texts])
    steps = torch.full_like(lengths, logs.shape[1])
    return nn.functional.ctc_loss(logs.transpose(0, 1), labels, steps, lengths, reduction="none")


def trusted(run: Run, crops: Sequence[Crop]) -> list[Crop]:
    """The crops without those to learn from that nobody checked and whose text the first weights contradict."""
    first = ReaderNetwork(len(ALPHABET) + 1).to(run.device, memory_format=torch.channels_last)
    first.load_state_dict(run.first)
    asked = [crop for crop in crops if crop.split == "train" and not crop.is_checked]
    images = [to_input(crop.image, run.settings.size) for crop in asked]
    found = [text or crop.text for text, crop in zip(read_all(first, images, run.device), asked, strict=True)]
    excess = losses_of(first, images, [crop.text for crop in asked], run.device)
    excess -= losses_of(first, images, found, run.device)
    doubted = {
        id(crop): f"{crop.file}: {crop.text!r} looks like {text!r}"
        for crop, text, more in zip(asked, found, excess.tolist(), strict=True)
        if more > math.log(DOUBT)
    }
    print(*doubted.values(), f"{len(doubted)} crops are left out: look at their texts", sep="\n", flush=True)
    return [crop for crop in crops if id(crop) not in doubted]


def validate(run: Run, crops: Sequence[Crop], drawn: dict[str, list[tuple[Any, str]]]) -> dict[str, float]:
    """The share of plates read exactly, per source of the held-out crops and per group of drawn plates."""
    right: dict[str, list[bool]] = {}
    images = [to_input(crop.image, run.settings.size) for crop in crops]
    for crop, text in zip(crops, read_all(run.averaged, images, run.device), strict=True):
        right.setdefault(crop.source, []).append(crop.text == text)
    for name, plates in drawn.items():
        found = read_all(run.averaged, [image for image, _ in plates], run.device)
        right[f"drawn-{name}"] = [text == true for text, (_, true) in zip(found, plates, strict=True)]
    per_source = {name: sum(marks) / len(marks) for name, marks in sorted(right.items())}
    marks = [mark for name, values in right.items() if not name.startswith("drawn-") for mark in values]
    return {"all": sum(marks) / max(1, len(marks)), **per_source}


def leave_out(crops: Sequence[Crop], names: str) -> list[Crop]:
    """The crops without those of ``names`` outside ``val``; raises ``DatasetError`` for a name that no crop has."""
    wanted, known = {name.strip() for name in names.split(",")} - {""}, set[str]()
    kept = []
    for crop in crops:
        called = {crop.source, crop.region, crop.region.split("-")[0]}
        known |= called
        if crop.split == "val" or not called & wanted:
            kept.append(crop)
    if wanted - known:
        raise DatasetError(
            f"--leave-out: no crop is of {', '.join(sorted(wanted - known))}; known: {', '.join(sorted(known - {''}))}"
        )
    return kept


def train(run: Run, crops: Sequence[Crop], fonts: tuple[str, ...]) -> None:
    """Trains until the time is up or ``patience`` rounds brought nothing better."""
    settings = run.settings
    held_out = [crop for crop in crops if crop.split == "val"]
    drawn = {"eu": "de pl fr it es gb", "us": "us", "br": "br"}
    drawn_sets = {name: draw_set(200, 7, settings.size, tuple(prefixes.split())) for name, prefixes in drawn.items()}
    mixture = Mixture(settings.size, ALPHABET, settings.batch, settings.drawn, fonts, settings.strength, settings.seed)
    if settings.start and not run.steps:
        run.start(Path(settings.start), PlateBatches(crops, replace(mixture, seed=settings.seed + 1)))
    if not run.steps:
        run.first = {name: value.clone() for name, value in run.averaged.state_dict().items()}
    if settings.start and any(crop.split == "train" and not crop.is_checked for crop in crops):
        crops = trusted(run, crops)
    source = PlateBatches(crops, mixture, run.steps)
    start = "spawn" if settings.workers else None
    ahead = 8 if settings.workers else None
    loader = DataLoader(
        source, None, num_workers=settings.workers, prefetch_factor=ahead, multiprocessing_context=start
    )
    batches, rounds_since_best, loss = iter(loader), 0, math.nan
    while run.progress < 1 and rounds_since_best < settings.patience:
        loss = train_round(run, batches)
        is_best = judge(run, loss, held_out, drawn_sets)
        rounds_since_best = 0 if is_best else rounds_since_best + 1
    if settings.keep and not math.isnan(loss):
        run.keep()
        judge(run, loss, held_out, drawn_sets)


def judge(run: Run, loss: float, held_out: Sequence[Crop], drawn_sets: dict[str, list[tuple[Any, str]]]) -> bool:
    """Tells and saves how well the plates are read now; whether better than ever before."""
    figures = validate(run, held_out, drawn_sets)
    run.curve.append({"step": run.steps, "loss": loss, "minutes": run.elapsed / 60, **figures})
    shown = " ".join(f"{name}={value:.3f}" for name, value in figures.items())
    print(f"{run.progress:4.0%} step {run.steps} loss {loss:.3f} {shown}", flush=True)
    is_best = figures["all"] > run.best
    if is_best:
        run.best = figures["all"]
        run.save("best.pt")
    run.save("last.pt")
    draw_curves(run.curve, run.folder / "curve.png")
    return is_best


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, nargs="+", required=True, help="folders with labels.csv (file,text[,split])"
    )
    parser.add_argument(
        "--unchecked", type=Path, nargs="+", default=[], help="more of them; a text that START contradicts is left out"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/reader"))
    parser.add_argument("--fonts", type=Path, help="more fonts for the drawn plates: .ttf, .otf, .woff")
    parser.add_argument("--skip-bad", action="store_true", help="train without the bad rows instead of stopping")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    for name, value in asdict(Settings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    options = vars(parser.parse_args(arguments))
    settings = Settings(**{name: options[name] for name in asdict(Settings())})
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if settings.threads:
        torch.set_num_threads(settings.threads)
    try:
        crops, faults = load_crops(options["data"], options["skip_bad"], options["unchecked"])
        crops = leave_out(crops, settings.leave_out)
        if not any(crop.split == "train" for crop in crops):
            raise DatasetError("nothing to train on: every crop is held out or left out")
        fonts = find_fonts(options["fonts"])
    except (DatasetError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    print(*faults, f"{len(crops)} crops, {len(fonts)} fonts, {device}", sep="\n", flush=True)
    options["out"].mkdir(parents=True, exist_ok=True)
    run = Run(settings, options["out"], device)
    if options["resume"]:
        run.resume(options["out"] / "last.pt")
    try:
        train(run, crops, fonts)
    except CannotStart as error:
        print(f"--start: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
