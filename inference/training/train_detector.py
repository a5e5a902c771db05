"""Trains the detector: one YOLO n with plates, their four corners and four kinds of vehicles.

python -m inference.training.train_detector --data ../shared/data/plates --vehicles ../shared/data/vehicles
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from inference.plate_drawing import draw_plate
from inference.training.curves import draw_curves
from inference.training.detector_model import build_loss, build_model
from inference.training.judge_detector import judge
from inference.training.photos import CLASSES, BadData, Findings, Photo, check_photos, read_photos
from inference.training.precision import mixed_precision
from inference.training.scenes import Mix, Scenes, stack
from inference.training.streets import draw_streets
from inference.training.warm_start import CannotStart, start_from
from inference.weights import MODELS


@dataclass(frozen=True)
class Settings:
    """All that decides the outcome; kept in the checkpoint."""

    data: tuple[str, ...] = ()
    vehicles: tuple[str, ...] = ()
    start: str = str(MODELS / "detector" / "detector.onnx")  # an exported detector, a .pt of YOLOv8n, or "" for nothing
    out: str = "runs/detector"
    steps: int = 2400
    batch: int = 16
    sizes: tuple[int, ...] = (352, 384, 416, 448, 480)
    learning_rate: float = 4e-4
    warm_up: int = 100
    weight_decay: float = 5e-4
    average: float = 0.998  # of the weights that are judged and kept (EMA)
    keep: float = 0.0  # share of the first weights in the last ones
    judge_every: int = 200
    judge_size: int = 512
    patience: int = 8  # judgements without a better one, then stop
    seed: int = 1
    workers: int = 1
    threads: int = 0
    device: str = "cuda" if torch.cuda.is_available() else "cpu"
    streets: int = 160  # pictures of the drawn street
    mix: Mix = field(default_factory=Mix)


class Batches(Dataset[dict[str, Any]]):
    """Batch number ``step``, always the same one for the same seed; a number goes on where a run was stopped."""

    def __init__(self, scenes: Scenes, settings: Settings, first: int) -> None:
        self._scenes, self._settings, self._first = scenes, settings, first

    def __len__(self) -> int:
        return self._settings.steps - self._first

    def __getitem__(self, place: int) -> dict[str, Any]:
        cv2.setNumThreads(0)
        rng = np.random.default_rng([self._settings.seed, self._first + place])
        size = int(rng.choice(self._settings.sizes))
        scenes = [self._scenes.draw(rng, size) for _ in range(self._settings.batch)]
        return {name: torch.from_numpy(value) for name, value in stack(scenes).items()}


class Run:
    """One training: model, average, optimizer and history, saved and restored together."""

    def __init__(self, settings: Settings, total: int) -> None:
        self.settings, self.step, self.best, self.stale = settings, 0, -1.0, 0
        self.history: list[dict[str, float]] = []
        self.folder = Path(settings.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.model = build_model("" if settings.start.endswith(".onnx") else settings.start).to(
            settings.device, memory_format=torch.channels_last
        )
        self.average = build_model().to(settings.device, memory_format=torch.channels_last).eval()
        self.average.load_state_dict(self.model.state_dict())
        self.first: dict[str, Any] = {}
        flat = [value for value in self.model.parameters() if value.ndim <= 1]
        deep = [value for value in self.model.parameters() if value.ndim > 1]
        groups = [{"params": deep, "weight_decay": settings.weight_decay}, {"params": flat, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate)
        shape: Callable[[int], float] = lambda step: min(  # noqa: E731
            (step + 1) / settings.warm_up, 0.02 + 0.98 * (1 + np.cos(np.pi * min(1.0, step / total))) / 2
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, shape)

    def start(self, scenes: Scenes) -> None:
        """Begins with the weights of an exported detector."""
        rng = np.random.default_rng(self.settings.seed)
        batches = [stack([scenes.draw(rng, 416) for _ in range(16)])["img"] for _ in range(8)]
        pictures = [torch.from_numpy(batch).float() / 255 for batch in batches]
        start_from(self.model.cpu(), Path(self.settings.start), pictures, "model.")
        self.model.to(self.settings.device)
        self.average.load_state_dict(self.model.state_dict())

    def state(self) -> dict[str, Any]:
        parts = {name: getattr(self, name).state_dict() for name in ("model", "average", "optimizer", "schedule")}
        rest = {name: getattr(self, name) for name in ("step", "best", "stale", "history", "first")}
        return parts | rest | {"settings": asdict(self.settings), "classes": CLASSES}

    def save(self, name: str) -> None:
        torch.save(self.state(), self.folder / "part.tmp")
        (self.folder / "part.tmp").replace(self.folder / name)

    def resume(self) -> None:
        saved = torch.load(self.folder / "last.pt", map_location=self.settings.device, weights_only=False)
        for name in ("model", "average", "optimizer", "schedule"):
            getattr(self, name).load_state_dict(saved[name])
        for name in ("step", "best", "stale", "history", "first"):
            setattr(self, name, saved[name])

    def blend(self) -> None:
        """Moves the average towards the model, faster in the beginning."""
        share = 1 - min(self.settings.average, (1 + self.step) / (10 + self.step))
        new = self.model.state_dict()
        for name, value in self.average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(new[name], share)
            else:
                value.copy_(new[name])

    def keep(self, share: float) -> None:
        """Moves the average back towards the weights that the training began with."""
        for name, value in self.average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(self.first[name], share)


def train(settings: Settings, photos: dict[str, list[Photo]], *, resume: bool) -> Run:
    """Trains to the last step or until nothing gets better; ``best.pt`` and ``last.pt`` are in ``settings.out``."""
    torch.manual_seed(settings.seed)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    run = Run(settings, settings.steps)
    if resume:
        run.resume()
    loss_of = build_loss(run.model)
    streets = draw_streets(settings.streets, settings.seed) if settings.mix.street else []
    scenes = Scenes(photos["train"], settings.mix, lambda rng: draw_plate(rng).image, streets)
    if settings.start.endswith(".onnx") and not run.step:
        run.start(scenes)
    if settings.keep and not run.step:
        run.first = {name: value.clone() for name, value in run.average.state_dict().items()}
    batches = DataLoader(Batches(scenes, settings, run.step), batch_size=None, num_workers=settings.workers)
    bar = tqdm(batches, initial=run.step, total=settings.steps, mininterval=5)
    parts: dict[str, float] = {}
    run.model.train()
    for batch in bar:
        began = time.monotonic()
        batch = {name: value.to(settings.device, non_blocking=True) for name, value in batch.items()}
        picture = batch["img"].float().div_(255).contiguous(memory_format=torch.channels_last)
        loss_of.bce.known = batch["known"]
        with mixed_precision(settings.device):
            guess = run.model(picture)
        guess = {
            name: [v.float() for v in value] if name == "feats" else value.float() for name, value in guess.items()
        }
        loss, pieces = loss_of(guess, batch)
        run.optimizer.zero_grad(set_to_none=True)
        loss.sum().backward()
        torch.nn.utils.clip_grad_norm_(run.model.parameters(), 10.0)
        run.optimizer.step()
        run.schedule.step()
        run.step += 1
        run.blend()
        parts = {name: 0.98 * parts.get(name, float(value)) + 0.02 * float(value) for name, value in pieces.items()}
        bar.set_postfix(
            {name: f"{value:.2f}" for name, value in parts.items()} | {"s": f"{time.monotonic() - began:.2f}"}
        )
        is_due = run.step % settings.judge_every == 0 or run.step == settings.steps
        if is_due and not judge_and_save(run, photos["val"], parts):
            break
    if settings.keep:
        run.keep(settings.keep)
        judge_and_save(run, photos["val"], parts)
    return run


def judge_and_save(run: Run, photos: list[Photo], parts: dict[str, float]) -> bool:
    """False when nothing has got better for long."""
    marks = judge(run.average, photos, run.settings.judge_size, run.settings.device)
    run.history.append({"step": run.step} | parts | marks)
    score = marks["recall50"] + marks["recall75"] + marks["precision50"] + 0.5 * marks["vehicle_recall50"]
    run.best, run.stale = (score, 0) if score > run.best else (run.best, run.stale + 1)
    if run.stale == 0:
        run.save("best.pt")
    run.save("last.pt")
    tqdm.write(json.dumps({name: round(float(value), 4) for name, value in run.history[-1].items()}))
    draw_curves(run.history, run.folder / "curves.png")
    return run.stale < run.settings.patience


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Settings()
    parser.add_argument("--data", nargs="+", required=True, help="folders with images/, labels/ [, vehicles/]: plates")
    parser.add_argument("--vehicles", nargs="*", default=[], help="folders whose labels are vehicles, plates unknown")
    for name in (
        "start",
        "out",
        "steps",
        "batch",
        "learning_rate",
        "keep",
        "judge_every",
        "patience",
        "seed",
        "workers",
        "threads",
        "device",
    ):
        value = getattr(default, name)
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value, help=f"default: {value}")
    parser.add_argument("--resume", action="store_true", help="go on from last.pt")
    parser.add_argument("--skip-bad", action="store_true", help="train on what is in order")
    chosen = vars(parser.parse_args())
    resume, skip_bad = chosen.pop("resume"), chosen.pop("skip_bad")
    settings = Settings(**chosen | {"data": tuple(chosen["data"]), "vehicles": tuple(chosen["vehicles"])})
    try:
        run = train(settings, read_all(settings, skip_bad=skip_bad), resume=resume)
    except (BadData, CannotStart, FileNotFoundError) as problem:
        raise SystemExit(f"error: {problem}") from problem
    print(f"best.pt, last.pt and curves.png are in {run.folder}; next: python -m inference.training.export detector")


def read_all(settings: Settings, *, skip_bad: bool) -> dict[str, list[Photo]]:
    findings = Findings()
    plates, vehicles = [Path(name) for name in settings.data], [Path(name) for name in settings.vehicles]
    read = {split: read_photos(plates, vehicles, split, findings) for split in ("train", "val")}
    good = check_photos(read, findings)
    findings.stop_unless(skip_bad)
    return good


if __name__ == "__main__":
    main()
