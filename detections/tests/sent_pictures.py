"""Pictures to send, clients that send them, and stand-ins for the networks that look at them."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as PillowImage

from anpr_site.accounts.models import ApiToken
from detections import recognition
from detections.recognition import Running
from inference.fakes import FakeDetector, FakeReader, fake_models
from inference.synthetic import Street

WIDTH, HEIGHT = 320, 240


def gray_picture(kind: str = "JPEG", width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """Nothing is in it; with stand-ins for the networks everything is."""
    pixels = np.tile(np.linspace(40, 200, width, dtype=np.uint8), (height, 1))
    buffer = io.BytesIO()
    PillowImage.fromarray(np.repeat(pixels[:, :, None], 3, axis=2)).save(buffer, kind)
    return buffer.getvalue()


@cache
def street_picture(seed: int = 3, second: float = 0.0, width: int = 1280) -> tuple[bytes, tuple[str, ...]]:
    """A JPEG of the drawn street and the plates that can be seen in it."""
    image, vehicles = Street(seed).render(second)
    scale = width / image.shape[1]
    image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.uint8) if scale != 1 else image
    texts = tuple(vehicle.plate_text for vehicle in vehicles if vehicle.plate_corners is not None)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes(), texts


class Eyes:
    """Stand-ins for the networks; counts how often they looked."""

    def __init__(self, *texts: str, detector: FakeDetector | None = None) -> None:
        self.detector = detector or FakeDetector()
        self.models = fake_models(self.detector, FakeReader(*texts))

    @property
    def looks(self) -> int:
        return self.detector.calls


def eyes_open(
    monkeypatch: pytest.MonkeyPatch, settings: Any, *texts: str, detector: FakeDetector | None = None
) -> Eyes:
    """The service looks with stand-ins, and remembers nothing."""
    settings.RECOGNITION_CACHE_S = 0
    fakes = Eyes(*(texts or ("MAB1234",)), detector=detector)
    monkeypatch.setattr(recognition.networks, "running", lambda: Running(fakes.models, "fakes 1", 0))
    return fakes


def client_of(user: User, *scopes: str) -> Client:
    _, secret = ApiToken.make(user, "test", scopes)
    return Client(headers={"authorization": f"Token {secret}"})


def file(data: bytes | None = None, name: str = "car.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, gray_picture() if data is None else data, "image/jpeg")
