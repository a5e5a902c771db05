"""Runs the worker of one camera until it is stopped, its film ends, or a thread of it dies."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cameras.models import Camera, claim, release
from cameras.supervisor import EXIT_FAILED, STOP_WITHIN_S
from cameras.worker import CameraWorker
from detections.networks import product_models

LOOK_EVERY_S = 0.2
EXIT_DIED = 1


class Command(BaseCommand):
    help = "Watches one camera in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("camera", help="the camera's short name")
        parser.add_argument("--lease", default="", help="given by a supervisor, which holds the camera")

        parser.add_argument("--threads", type=int, default=0, help="of the models; 0: INFERENCE_THREADS")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        camera = self._camera(options["camera"])
        lease = options["lease"] or f"{socket.gethostname()}:{os.getpid()}"
        is_mine = not options["lease"]
        if is_mine and not claim(camera, lease):
            raise CommandError(f"camera {camera.slug} is held by {camera.health_now.lease}")
        connection.close()
        worker = CameraWorker(camera, lease, partial(product_models, options["threads"]))
        code = self._watch(worker, stop, has_parent=not is_mine)
        if is_mine and code != EXIT_FAILED:
            release(camera.pk, lease)
        if not worker.has_ended():  # in the middle of foreign code, which an exit would abort
            sys.stderr.flush()
            os._exit(code)
        sys.exit(code)

    def _camera(self, slug: str) -> Camera:
        try:
            return Camera.objects.get(slug=slug)
        except Camera.DoesNotExist:
            known = ", ".join(Camera.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"there is no camera {slug!r}; cameras are: {known}") from None

    def _watch(self, worker: CameraWorker, stop: threading.Event, *, has_parent: bool) -> int:
        """The exit code. A worker whose supervisor is gone ends too, since nobody could tell it of an edit."""
        parent = os.getppid()
        worker.start()
        while worker.is_alive() and not stop.wait(LOOK_EVERY_S):
            if has_parent and os.getppid() != parent:
                stop.set()
        worker.stop()
        worker.join(STOP_WITHIN_S)
        if worker.status.failure:
            return EXIT_FAILED
        is_meant = stop.is_set() and not has_parent  # a supervisor knows whom it stops: others are to run again
        return 0 if is_meant or worker.is_done() else EXIT_DIED
