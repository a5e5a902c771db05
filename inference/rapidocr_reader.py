"""RapidOCR (PP-OCR) as a second reader: slower, knows more alphabets, keeps to no plate formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from inference.backends.base import BackendError
from inference.types import Image, Reading

TWO_ROWS: float = 2.4
"""Crops less wide than this many times their height may hold two rows and are read in halves as well."""
MIN_HEIGHT = 32


class RapidOcrReader:
    """A ``PlateReader`` for plates in letters that ours was not taught; texts keep them, upper case, unspaced.

    The model of the package ``rapidocr`` gives one confidence for a whole row; each of its characters gets it.
    Raises ``BackendError`` where the package is not installed.
    """

    def __init__(self) -> None:
        try:
            from rapidocr import RapidOCR
        except ImportError as problem:
            raise BackendError("RapidOCR is not installed: pip install rapidocr onnxruntime") from problem
        self._engine: Any = RapidOCR(params={"Global.log_level": "error"})

    def read(self, crops: Sequence[Image], region: str | None = None) -> list[Reading]:
        """One reading per crop, with empty text where nothing is legible; ``region`` changes nothing."""
        return [self._read(crop) for crop in crops]

    def _read(self, crop: Image) -> Reading:
        if min(crop.shape[:2]) < 4:
            return _reading([])
        picture = np.asarray(cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR), np.uint8) if crop.ndim == 2 else crop
        height, width = picture.shape[:2]
        whole = _reading([self._row(picture)])
        if width > TWO_ROWS * height:
            return whole
        halves = _reading([self._row(picture[: round(height * 0.54)]), self._row(picture[round(height * 0.46) :])])
        return max(whole, halves, key=lambda reading: len(reading.text) * reading.confidence)

    def _row(self, picture: Image) -> tuple[str, float]:
        if picture.shape[0] < MIN_HEIGHT:
            scale = MIN_HEIGHT / picture.shape[0]
            picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
        found = self._engine(picture, use_det=False, use_cls=False, use_rec=True)
        return (found.txts[0], float(found.scores[0])) if found.txts else ("", 0.0)


def _reading(rows: Sequence[tuple[str, float]]) -> Reading:
    kept = [("".join(char for char in text.upper() if char.isalnum()), score) for text, score in rows]
    kept = [(text, score) for text, score in kept if text]
    confidences = tuple(score for text, score in kept for _ in text)
    text = "".join(text for text, _ in kept)
    return Reading(
        text=text,
        confidence=min((score for _, score in kept), default=0.0),
        char_confidences=confidences,
        raw_text=text,
        region=None,
    )
