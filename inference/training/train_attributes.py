"""Trains brand and color: one small network with two heads, taught by folders of vehicle crops.

    python -m inference.training.train_attributes --data ../shared/data/brand ../shared/data/color

Each folder, or its subfolders ``brand`` and ``color``, has a ``labels.csv`` with the columns file, split and brand or
color (or both); vehicles of the drawn street join them, of no brand that is named. The first blocks of the network stay
as ImageNet left them; what they see of a crop is blended with what they see of another (mixup).
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from inference.attributes import inner, squeeze
from inference.training.attributes_model import BRANDS, COLORS, Exportable, build
from inference.training.curves import draw_curves
from inference.training.photos import BadData, Findings
from inference.training.precision import mixed_precision
from inference.training.streets import draw_vehicles
from inference.training.warm_start import CannotStart, start_from
from inference.types import Image

HEADS = {"brand": BRANDS, "color": COLORS}
NONE = -100
"""Label of a head that this picture does not teach."""


@dataclass(frozen=True)
class Settings:
    """All that decides the outcome; kept in the checkpoint."""

    data: tuple[str, ...] = ()
    out: str = "runs/attributes"
    start: str = ""  # an exported model; empty: ImageNet
    size: int = 224
    frozen: int = 7  # first blocks that do not learn, of 21
    drawn: int = 600
    blend: float = 0.3  # of mixup's beta distribution; 0: none
    epochs: int = 16
    batch: int = 64
    learning_rate: float = 8e-4
    weight_decay: float = 0.02
    dropout: float = 0.3
    smoothing: float = 0.1
    patience: int = 6
    seed: int = 1
    workers: int = 1
    threads: int = 0
    device: str = "cuda" if torch.cuda.is_available() else "cpu"


@dataclass(frozen=True)
class Crop:
    path: Path
    brand: int
    color: int


def read_crops(folders: list[Path], findings: Findings) -> dict[str, list[Crop]]:
    """The crops of each split; what is wrong goes to ``findings``."""
    crops: dict[str, list[Crop]] = {"train": [], "val": []}
    seen: dict[bytes, tuple[str, Path]] = {}
    for labels in (labels for folder in folders for labels in _label_files(folder)):
        folder = labels.parent
        with labels.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                crop = _read_row(folder, row, labels, number, findings)
                if crop is None:
                    continue
                data = crop.path.read_bytes()
                split, other = seen.setdefault(data[-4096:], (row["split"], crop.path))
                if split != row["split"]:
                    findings.add(labels, f"{crop.path} is the same picture as {other} in {split!r}: remove one", number)
                else:
                    crops[row["split"]].append(crop)
    for split, found in crops.items():
        if not found:
            raise BadData(f"no pictures for split {split!r} in {', '.join(map(str, folders))}")
    return crops


def _label_files(folder: Path) -> list[Path]:
    """The tables of brands or colors in a folder and its two parts; that of an export's plate texts is none."""
    found = [path for part in ("", "brand", "color") if (path := folder / part / "labels.csv").is_file()]
    taught = [path for path in found if {"brand", "color"} & set(_columns(path))]
    if not taught:
        raise BadData(f"{folder}/labels.csv: no such file; it needs the columns file, split and brand or color")
    return taught


def _columns(table: Path) -> list[str]:
    with table.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _read_row(folder: Path, row: dict[str, str], labels: Path, number: int, findings: Findings) -> Crop | None:
    path = folder / (row.get("file") or "")
    brand, color = row.get("brand") or "", row.get("color") or ""
    if row.get("split") == "test":
        return None
    if row.get("split") not in ("train", "val"):
        findings.add(labels, f"split {row.get('split')!r} is none of train, val and test", number)
    elif not path.is_file():
        findings.add(labels, f"picture {path} is missing", number)
    elif (brand and brand not in BRANDS) or (color and color not in COLORS) or not (brand or color):
        findings.add(
            labels,
            f"unknown label {brand or color!r}; brands: {', '.join(BRANDS)}; colors: {', '.join(COLORS)}",
            number,
        )
    elif cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_8) is None:
        findings.add(labels, f"{path} is not a readable picture", number)
    else:
        return Crop(path, BRANDS.index(brand) if brand else NONE, COLORS.index(color) if color else NONE)
    return None


def draw_crops(settings: Settings) -> list[Crop]:
    """Vehicles of the drawn street, kept as pictures beside the checkpoints."""
    folder = Path(settings.out) / "drawn"
    folder.mkdir(parents=True, exist_ok=True)
    crops = []
    for number, (image, color) in enumerate(draw_vehicles(settings.drawn, settings.seed)):
        path = folder / f"{number}.jpg"
        cv2.imwrite(str(path), image)
        crops.append(Crop(path, BRANDS.index("other"), COLORS.index(color)))
    return crops


def vary(image: Image, rng: np.random.Generator) -> Image:
    """Another crop, side, light and sharpness, sometimes a part hidden; hues stay, for they are a label."""
    height, width = image.shape[:2]
    low, high = rng.uniform(0, 0.12, 2), 1 - rng.uniform(0, 0.12, 2)
    image = image[int(low[1] * height) : int(high[1] * height), int(low[0] * width) : int(high[0] * width)]
    if rng.random() < 0.5:
        image = image[:, ::-1]
    if rng.random() < 0.3:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.normal(0, 4)), 1.0)
        image = cv2.warpAffine(image, turn, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    gain, offset = float(np.exp(rng.normal(0, 0.15))), float(rng.normal(0, 8))
    image = cv2.convertScaleAbs(np.maximum(image * np.float32(gain) + np.float32(offset), 0))
    if rng.random() < 0.25:
        sides = (np.array(image.shape[:2]) * rng.uniform(0.1, 0.35, 2)).astype(int)
        top, left = (rng.random(2) * (np.array(image.shape[:2]) - sides)).astype(int)
        image[top : top + sides[0], left : left + sides[1]] = rng.integers(0, 256)
    choice = rng.random()
    if choice < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.5, 1.5)))
    elif choice < 0.4:
        small = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        image = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], cv2.IMREAD_COLOR)
    return np.ascontiguousarray(image)


class Batches(Dataset[dict[str, torch.Tensor]]):
    """An epoch of training: each crop once, always varied alike for the same seed and epoch."""

    def __init__(self, crops: list[Crop], settings: Settings, epoch: int) -> None:
        self._crops, self._settings, self._seeds = crops, settings, [settings.seed, epoch]
        order = np.random.default_rng(self._seeds).permutation(len(crops))
        self._parts = np.split(order, range(settings.batch, len(order), settings.batch))

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        cv2.setNumThreads(0)
        rng = np.random.default_rng([*self._seeds, number])
        crops = [self._crops[place] for place in self._parts[number]]
        pictures = [vary(_read(crop), rng) for crop in crops]
        return {"pictures": to_batch(pictures, self._settings.size)} | labels_of(crops)


def to_batch(pictures: list[Image], size: int) -> torch.Tensor:
    return torch.from_numpy(np.concatenate([squeeze(picture, size, size) for picture in pictures]))


def _pictures(crops: list[Crop], size: int) -> torch.Tensor:
    """As the product sees them."""
    return to_batch([inner(_read(crop)) for crop in crops], size)


def _read(crop: Crop) -> Image:
    image = cv2.imread(str(crop.path))
    if image is None:
        raise OSError(f"{crop.path}: not a readable picture")
    return image


def labels_of(crops: list[Crop]) -> dict[str, torch.Tensor]:
    return {head: torch.tensor([getattr(crop, head) for crop in crops]) for head in HEADS}


def balance(labels: torch.Tensor, count: int) -> torch.Tensor:
    """Weights of the classes that even out half of their differences in number; 0 for a class without a picture."""
    counts = torch.bincount(labels[labels != NONE], minlength=count).float()
    weights = torch.where(counts > 0, counts.clamp(min=1).rsqrt(), 0.0)
    return weights / weights[counts > 0].mean()


class Run:
    """One training: the half that learns, its optimizer and history, saved and restored together."""

    def __init__(self, settings: Settings) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.epoch, self.best, self.stale = settings, 0, -1.0, 0
        self.history: list[dict[str, float]] = []
        self.folder = Path(settings.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.early, self.late = build(settings.frozen, settings.dropout)
        for half in (self.early.eval(), self.late):
            half.to(settings.device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(
            self.late.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )

    def start(self, crops: list[Crop]) -> None:
        """Begins with the weights of an exported model."""
        network = Exportable(self.early, self.late).cpu()
        batches = [_pictures(crops[at::100], self.settings.size) for at in range(4)]
        start_from(network, Path(self.settings.start), batches)
        network.to(self.settings.device)
        self.early.eval()

    def save(self, name: str) -> None:
        state = {part: getattr(self, part).state_dict() for part in ("early", "late", "optimizer")}
        state |= {part: getattr(self, part) for part in ("epoch", "best", "stale", "history")}
        torch.save(state | {"settings": asdict(self.settings), "brands": BRANDS, "colors": COLORS}, self.folder / "tmp")
        (self.folder / "tmp").replace(self.folder / name)

    def resume(self) -> None:
        saved = torch.load(self.folder / "last.pt", map_location=self.settings.device, weights_only=False)
        for part in ("early", "late", "optimizer"):
            getattr(self, part).load_state_dict(saved[part])
        for part in ("epoch", "best", "stale", "history"):
            setattr(self, part, saved[part])


def train(settings: Settings, crops: dict[str, list[Crop]], *, resume: bool) -> Run:
    """Trains to the last epoch or until nothing gets better; ``best.pt`` and ``last.pt`` are in ``settings.out``."""
    if settings.threads:
        torch.set_num_threads(settings.threads)
    run = Run(settings)
    taught = crops["train"] + draw_crops(settings)
    if resume:
        run.resume()
    elif settings.start:
        run.start(taught)
    weights = {
        head: balance(labels, len(HEADS[head])).to(settings.device) for head, labels in labels_of(taught).items()
    }
    while run.epoch < settings.epochs and run.stale < settings.patience:
        loss = train_epoch(run, taught, weights)
        marks = judge(run, crops["val"])
        run.epoch += 1
        run.history.append({"step": run.epoch, "loss": loss} | marks)
        score = marks["brand"] + marks["color"]
        run.best, run.stale = (score, 0) if score > run.best else (run.best, run.stale + 1)
        if run.stale == 0:
            run.save("best.pt")
        run.save("last.pt")
        print(json.dumps({name: round(value, 4) for name, value in run.history[-1].items()}), flush=True)
        draw_curves(run.history, run.folder / "curves.png")
    return run


def train_epoch(run: Run, crops: list[Crop], weights: dict[str, torch.Tensor]) -> float:
    """Each crop once, blended with another; the mean loss."""
    settings, total = run.settings, 0.0
    rng = np.random.default_rng([settings.seed, run.epoch])
    batches = DataLoader(Batches(crops, settings, run.epoch), batch_size=None, num_workers=settings.workers)
    run.late.train()
    for number, batch in enumerate(tqdm(batches, desc=f"epoch {run.epoch + 1}", mininterval=5)):
        passed = (run.epoch + number / len(batches)) / settings.epochs
        for group in run.optimizer.param_groups:
            group["lr"] = settings.learning_rate * min(1.0, passed * 20 + 0.05) * (1 + np.cos(np.pi * passed)) / 2
        batch = {name: value.to(settings.device) for name, value in batch.items()}
        share = float(rng.beta(settings.blend, settings.blend)) if settings.blend else 1.0
        with mixed_precision(settings.device):
            with torch.no_grad():
                seen = run.early(batch["pictures"].contiguous(memory_format=torch.channels_last))
            guesses = run.late(seen.lerp(seen.flip(0), 1 - share))
        loss = torch.zeros((), device=settings.device)
        for (head, weight), guess in zip(weights.items(), guesses, strict=True):
            for part, wanted in ((share, batch[head]), (1 - share, batch[head].flip(0))):
                if part and bool((wanted != NONE).any()):
                    loss = loss + part * functional.cross_entropy(
                        guess.float(), wanted, weight=weight, ignore_index=NONE, label_smoothing=settings.smoothing
                    )
        run.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(run.late.parameters(), 5.0)
        run.optimizer.step()
        total += float(loss)
    return total / len(batches)


@torch.no_grad()
def judge(run: Run, crops: list[Crop]) -> dict[str, float]:
    """Share of the held-out crops whose best brand and color are right."""
    settings = run.settings
    run.late.eval()
    right = {head: [0, 0] for head in HEADS}
    for start in range(0, len(crops), settings.batch):
        part = crops[start : start + settings.batch]
        pictures = _pictures(part, settings.size).to(settings.device)
        with mixed_precision(settings.device):
            guesses = run.late(run.early(pictures.contiguous(memory_format=torch.channels_last)))
        for (head, wanted), guess in zip(labels_of(part).items(), guesses, strict=True):
            right[head][0] += int((guess.argmax(1).cpu() == wanted).sum())
            right[head][1] += int((wanted != NONE).sum())
    return {head: good / max(1, known) for head, (good, known) in right.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Settings()
    parser.add_argument("--data", nargs="+", required=True, help="folders with labels.csv, or with brand/ and color/")
    for name, value in asdict(default).items():
        if name != "data":
            parser.add_argument(
                f"--{name.replace('_', '-')}", type=type(value), default=value, help=f"default: {value}"
            )
    parser.add_argument("--resume", action="store_true", help="go on from last.pt")
    parser.add_argument("--skip-bad", action="store_true", help="train on what is in order")
    chosen = vars(parser.parse_args())
    resume, skip_bad = chosen.pop("resume"), chosen.pop("skip_bad")
    settings = Settings(**chosen | {"data": tuple(chosen["data"])})
    findings = Findings()
    try:
        crops = read_crops([Path(name) for name in settings.data], findings)
        findings.stop_unless(skip_bad)
        run = train(settings, crops, resume=resume)
    except (BadData, CannotStart, FileNotFoundError) as problem:
        raise SystemExit(f"error: {problem}") from problem
    print(f"best.pt, last.pt and curves.png are in {run.folder}; next: python -m inference.training.export attributes")


if __name__ == "__main__":
    main()
