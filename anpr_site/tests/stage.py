"""Plays the workers for a running site: `python -m anpr_site.tests.stage`, one JSON order a line, one JSON answer."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from typing import Any

import django

django.setup()

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.utils import timezone  # noqa: E402
from redis.exceptions import RedisError  # noqa: E402

from anpr_site.tests.access_world import make_world  # noqa: E402
from cameras.models import Camera, CameraHealth  # noqa: E402
from cameras.preview import preview_key, watched_key  # noqa: E402
from cameras.worker.news import News  # noqa: E402
from detections.messages import DETECTIONS_GROUP, detection_message  # noqa: E402
from detections.models import Detection  # noqa: E402
from detections.tests.rows import make_camera, make_detection, write_picture  # noqa: E402
from labeling.choices import Review, State  # noqa: E402
from labeling.models import Label  # noqa: E402
from labeling.tests.rows import draw_pictures, make_sample  # noqa: E402


class Stage:
    def __init__(self) -> None:
        self.news = News()
        self.drawn = 0
        self.playing = threading.Event()
        self.camera = Camera.objects.first() or make_camera()
        CameraHealth.objects.get_or_create(camera=self.camera)
        threading.Thread(target=self.play, daemon=True).start()

    def user(self, name: str) -> dict[str, str]:
        """A person, and the cookie of a browser that has signed in."""
        user = User.objects.filter(username=name).first() or User.objects.create_superuser(name, password=name)
        session = SessionStore()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.save()
        return {"cookie": f"sessionid={session.session_key}"}

    def watched(self) -> dict[str, int]:
        return {"id": self.camera.pk}

    def second_camera(self, name: str, there: bool) -> dict[str, int]:
        """Adds a camera by this name, or takes it away."""
        if there:
            return {"id": make_camera(name).pk}
        Camera.objects.filter(name=name).delete()
        return {}

    def row(self, text: str, pk: int = 0, silent: bool = False) -> dict[str, Any]:
        """Records a plate, or another text for the row ``pk``; ``silent``: the message is lost."""
        if pk:
            row = Detection.objects.get(pk=pk)
            row.plate_text = row.plate_norm = text
            row.save()
        else:
            pictures = {name: write_picture(self.camera) for name in ("picture", "vehicle_picture", "plate_picture")}
            row = make_detection(self.camera, text, seconds_ago=0, **pictures)
        if not silent:
            self.news.send(DETECTIONS_GROUP, detection_message(row, created=not pk))
        return {"id": row.pk}

    def gone(self, pk: int) -> dict[str, Any]:
        """Takes a row away and tells nobody."""
        Detection.objects.filter(pk=pk).delete()
        return {}

    def world(self) -> dict[str, str]:
        """One of everything, samples that people have judged among them; the ids that addresses name."""
        world = make_world()
        olga, lena = User.objects.get(username="olga"), world.people["labeler"]
        for number, state in enumerate((State.CORRECT, State.CORRECT, State.CORRECTED, State.WRONG, State.NOT_A_PLATE)):
            brand = ("Toyota", "BMW")[number % 2]
            sample = make_sample(
                self.camera,
                f"JDG{number}",
                seconds_ago=7200 * number,
                state=state,
                true_text=f"JDG{number}" if state == State.CORRECT else "JDGX",
                true_brand=brand,
                true_color="blue",
                labeled_by=lena,
                review=Review.DISPUTED if number == 1 else Review.AGREED,
                second_by=olga,
            )
            draw_pictures(sample)
            Label.objects.create(sample=sample, by=lena, state=state)
        return world.ids

    def pictures(self, on: bool) -> dict[str, Any]:
        (self.playing.set if on else self.playing.clear)()
        return {"drawn": self.drawn}

    def health(self, state: str, reason: str = "") -> dict[str, Any]:
        CameraHealth.objects.filter(camera=self.camera).update(
            state=state, last_error=reason, heartbeat_at=timezone.now()
        )
        return {}

    def play(self) -> None:
        """Ten pictures a second of a square that moves, drawn only while somebody looks."""
        index = 0
        while True:
            self.playing.wait()
            index += 1
            with contextlib.suppress(RedisError):
                self.draw(index)
            time.sleep(0.1)

    def draw(self, index: int) -> None:
        if cache.get(watched_key(self.camera.pk)):
            image = np.full((540, 960, 3), (90, 110, 100), np.uint8)
            left = index * 40 % 900
            cv2.rectangle(image, (left, 200), (left + 60, 260), (40, 220, 250), -1)
            jpeg = cv2.imencode(".jpg", image)[1].tobytes()
            meta = {"index": index, "captured_at": time.time(), "fps": 10.0, "width": 960, "height": 540}
            cache.set(preview_key(self.camera.pk), {"jpeg": jpeg, "meta": meta}, 10)
            self.drawn += 1


def main() -> None:
    stage = Stage()
    for line in sys.stdin:
        order = json.loads(line)
        answer = getattr(stage, order.pop("do"))(**order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
