"""Batches for the reader: real and drawn crops, augmented, drawn from evenly across sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from inference.training.augment import cut_again, degrade
from inference.training.dataset import Crop, Gray
from inference.training.synth import draw_crop

LOOK_ALIKES = "DIOQ"
"""Drawn more often: on real plates 0 and 1 are so much more frequent that O and I would be read as these wherever in
doubt, although their place on the plate tells which it is."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """What a batch is made of: ``drawn`` is the share of drawn plates; ``strength`` scales the augmentation."""

    size: tuple[int, int]
    alphabet: str
    batch: int
    drawn: float
    fonts: tuple[str, ...]
    strength: float = 1.0
    seed: int = 0


Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Pictures N × 1 × height × width uint8, all texts' class numbers one after the other, the texts' lengths."""


class PlateBatches(IterableDataset[Batch]):
    """Endless batches of augmented crops; each source is drawn from by the root of its size."""

    def __init__(self, crops: Sequence[Crop], mixture: Mixture, skipped: int = 0) -> None:
        self._crops = [crop for crop in crops if crop.split == "train"]
        self._mixture = mixture
        self._skipped = skipped
        sizes: dict[str, int] = {}
        for crop in self._crops:
            sizes[crop.source] = sizes.get(crop.source, 0) + 1
        weights = np.array([sizes[crop.source] ** -0.5 for crop in self._crops])
        self._chances = np.cumsum(weights / weights.sum())

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        rng = np.random.default_rng([self._mixture.seed, worker.id if worker else 0, self._skipped])
        cv2.setNumThreads(1)
        while True:
            yield self._batch(rng)

    def _batch(self, rng: np.random.Generator) -> Batch:
        samples = [self._sample(rng) for _ in range(self._mixture.batch)]
        images = torch.from_numpy(np.stack([image for image, _ in samples])[:, None])
        alphabet = self._mixture.alphabet
        labels = torch.tensor([alphabet.index(char) + 1 for _, text in samples for char in text])
        return images, labels, torch.tensor([len(text) for _, text in samples])

    def _sample(self, rng: np.random.Generator) -> tuple[Gray, str]:
        mixture = self._mixture
        if rng.random() < mixture.drawn:
            often = LOOK_ALIKES if rng.random() < 0.5 else ""
            image, text = draw_crop(rng, mixture.size, mixture.fonts, often=often)
            return degrade(image, rng, mixture.strength), text
        crop = self._crops[min(int(np.searchsorted(self._chances, rng.random())), len(self._crops) - 1)]
        image = cut_again(crop.image, mixture.size, rng)
        return degrade(image, rng, mixture.strength * 0.7), crop.text
