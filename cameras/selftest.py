"""The self-test of an installation, step by step: what a first camera will need, each tried out for real."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import uuid4

import cv2
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

from cameras.choices import State
from cameras.models import Camera
from cameras.reasons import in_words
from detections.networks import product_models
from inference.backends.base import BackendError
from inference.draw import draw
from inference.looks import PipelineSettings
from inference.pipeline import Pipeline
from inference.sources import SourceError, open_source
from inference.types import FrameResult
from inference.weights import WeightsError

DEMO_SOURCE = "synthetic:"
FRAMES = 60
LIMIT_S = 60.0
ENOUGH_PLATES = 2

EXPECTED = (DatabaseError, RedisError, OSError, WeightsError, BackendError, SourceError)
"""What fails when an installation is not whole; each says in words what is missing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``picture`` is a JPEG as data address, or empty."""

    is_ok: bool
    words: str
    ms: float = 0.0
    picture: str = ""


class Step(NamedTuple):
    label: Promise
    try_out: Callable[[], Outcome]


def run(name: str) -> Outcome:
    """Raises ``KeyError`` for an unknown step."""
    began = time.perf_counter()
    try:
        outcome = STEPS[name].try_out()
    except EXPECTED as error:
        outcome = Outcome(False, in_words(str(error)) or type(error).__name__)
    return replace(outcome, ms=(time.perf_counter() - began) * 1000)


def try_database() -> Outcome:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Outcome(False, _("The tables are of an older version: run manage.py migrate."))
    return Outcome(True, _("%(kind)s answers and its tables are up to date.") % {"kind": connection.vendor})


def try_storage() -> Outcome:
    name = default_storage.save(f"self-test-{uuid4().hex}.txt", ContentFile(b"self-test"))
    try:
        with default_storage.open(name) as file:
            is_same = file.read() == b"self-test"
    finally:
        default_storage.delete(name)
    words = _("Pictures can be written and read.") if is_same else _("What was written could not be read again.")
    return Outcome(is_same, words)


def try_messages() -> Outcome:
    key = f"self-test-{uuid4().hex}"
    cache.set(key, key, 10)
    async_to_sync(get_channel_layer().group_send)("self-test", {"type": "self.test"})
    if cache.get(key) != key:
        return Outcome(False, _("The cache has forgotten what was put into it a moment ago."))
    return Outcome(True, _("Live messages and pictures find their way."))


def try_models() -> Outcome:
    product_models()
    return Outcome(True, _("The models are whole and loaded."))


def try_camera() -> Outcome:
    source = open_source(DEMO_SOURCE, realtime=False)
    source.open()
    try:
        image = source.read().image
    finally:
        source.close()
    height, width = image.shape[:2]
    return Outcome(True, _("The demo camera shows %(width)s × %(height)s.") % {"width": width, "height": height})


def try_recognition() -> Outcome:
    """Reads the first plates of the drawn street."""
    source = open_source(DEMO_SOURCE, realtime=False)
    source.open()
    pipeline = Pipeline(product_models(), PipelineSettings(gate_motion=False, read_attributes=False))
    began = time.monotonic()
    texts: dict[str, str] = {}
    shown: FrameResult | None = None
    frames = 0
    while frames < FRAMES and len(texts) < ENOUGH_PLATES and time.monotonic() - began < LIMIT_S:
        result = pipeline.process(source.read())
        frames += 1
        texts |= {read.track_id: read.text for read in result.reads if read.text}
        shown = result if any(result.labels) else shown
    per_frame = (time.monotonic() - began) / frames * 1000
    if not texts:
        return Outcome(False, _("No plate was read in %(count)s pictures.") % {"count": frames})
    words = _("Read %(plates)s, at %(ms)s ms a picture.") % {
        "plates": ", ".join(texts.values()),
        "ms": round(per_frame),
    }
    return Outcome(True, words, picture=as_address(draw(shown, 640)) if shown is not None else "")


def as_address(image: cv2.typing.MatLike) -> str:
    jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def try_workers() -> Outcome:
    """Only a camera that is switched on shows whether anybody runs it."""
    cameras = list(Camera.objects.filter(enabled=True).select_related("health"))
    if not cameras:
        return Outcome(True, _("No camera is switched on yet: whether it runs is seen once it is."))
    running = [camera for camera in cameras if camera.health_now.state_now not in (State.STOPPED, State.OFFLINE)]
    if not running:
        return Outcome(False, _("No camera runs. Is the service that runs the cameras started (run_cameras)?"))
    words = _("%(running)s of %(count)s cameras run.") % {"running": len(running), "count": len(cameras)}
    return Outcome(True, words)


STEPS = {
    "database": Step(gettext_lazy("Database"), try_database),
    "storage": Step(gettext_lazy("Pictures on disk"), try_storage),
    "messages": Step(gettext_lazy("Live messages"), try_messages),
    "models": Step(gettext_lazy("Models"), try_models),
    "camera": Step(gettext_lazy("Demo camera"), try_camera),
    "recognition": Step(gettext_lazy("Reading plates"), try_recognition),
    "workers": Step(gettext_lazy("Running cameras"), try_workers),
}
