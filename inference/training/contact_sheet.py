"""A picture of many crops, each with what it shows and what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from inference.types import Image

CELL_WIDTH, CELL_HEIGHT, COLUMNS, MOST = 220, 130, 8, 200


@dataclass(frozen=True, slots=True)
class Failure:
    """A crop that was read wrongly."""

    crop: Image
    group: str
    text: str
    read: str
    confidence: float


def draw_sheet(failures: Sequence[Failure]) -> Image:
    """The failures told with most confidence first, at most ``MOST``."""
    worst = sorted(failures, key=lambda failure: -failure.confidence)[:MOST]
    cells = [_cell(failure) for failure in worst] or [np.full((CELL_HEIGHT, CELL_WIDTH, 3), 255, np.uint8)]
    while len(cells) % COLUMNS:
        cells.append(np.full((CELL_HEIGHT, CELL_WIDTH, 3), 255, np.uint8))
    rows = [np.hstack(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)]
    return np.asarray(np.vstack(rows), np.uint8)


def _cell(failure: Failure) -> Image:
    cell = np.full((CELL_HEIGHT, CELL_WIDTH, 3), 255, np.uint8)
    crop = failure.crop if failure.crop.ndim == 3 else cv2.cvtColor(failure.crop, cv2.COLOR_GRAY2BGR)
    if crop.size:
        scale = min((CELL_WIDTH - 6) / crop.shape[1], (CELL_HEIGHT - 48) / crop.shape[0])
        size = (max(1, int(crop.shape[1] * scale)), max(1, int(crop.shape[0] * scale)))
        cell[: size[1], : size[0]] = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    lines = (f"is   {failure.text}", f"read {failure.read} {failure.confidence:.2f}", failure.group[:34])
    for index, (line, color) in enumerate(zip(lines, ((0, 120, 0), (0, 0, 200), (110, 110, 110)), strict=True)):
        cv2.putText(
            cell, line, (3, CELL_HEIGHT - 34 + index * 15), cv2.FONT_HERSHEY_SIMPLEX, 0.42, color, 1, cv2.LINE_AA
        )
    return cell
