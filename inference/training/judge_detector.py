"""How well the detector finds what is labelled, with the decoding that the product runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from inference.detector import decode, letterbox, overlaps, suppress
from inference.training.detector_model import Exportable
from inference.training.photos import CLASSES, PLATE, VEHICLES, Photo
from inference.training.precision import mixed_precision
from inference.training.scenes import load


@torch.no_grad()
def judge(model: Any, photos: list[Photo], size: int, device: str) -> dict[str, float]:
    """Recall and precision of plates at IoU 0.5 and 0.75 and of vehicles at 0.5, in pictures where labelled."""
    network = Exportable(model)
    counts = dict.fromkeys(
        ("plates", "plates50", "plates75", "guesses", "vehicles", "vehicles50", "vehicle_guesses"), 0
    )
    least = np.full(len(CLASSES), 0.25, np.float32)
    for photo in photos:
        scene = load(photo)
        view = letterbox(scene.image, size, size)
        with mixed_precision(device):
            output = network(torch.from_numpy(view.batch).to(device).contiguous(memory_format=torch.channels_last))
        found = suppress(decode(output[0].cpu().numpy(), least, view), PLATE, 0.5)
        if photo.known[PLATE]:
            best = overlaps(scene.boxes[scene.classes == PLATE], found.boxes[found.labels == PLATE]).max(1, initial=0)
            counts["plates"] += len(best)
            counts["plates50"] += int((best >= 0.5).sum())
            counts["plates75"] += int((best >= 0.75).sum())
            counts["guesses"] += int((found.labels == PLATE).sum())
        if photo.known[list(VEHICLES)].all():
            best = overlaps(scene.boxes[scene.classes != PLATE], found.boxes[found.labels != PLATE]).max(1, initial=0)
            counts["vehicles"] += len(best)
            counts["vehicles50"] += int((best >= 0.5).sum())
            counts["vehicle_guesses"] += int((found.labels != PLATE).sum())
    return {
        "recall50": counts["plates50"] / max(1, counts["plates"]),
        "recall75": counts["plates75"] / max(1, counts["plates"]),
        "precision50": counts["plates50"] / max(1, counts["guesses"]),
        "vehicle_recall50": counts["vehicles50"] / max(1, counts["vehicles"]),
        "vehicle_precision50": counts["vehicles50"] / max(1, counts["vehicle_guesses"]),
    }
