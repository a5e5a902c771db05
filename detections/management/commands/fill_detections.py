"""Fills an empty database with made-up detections, to measure on: `python manage.py fill_detections --rows 1000000`."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cameras.models import Camera
from detections.choices import Reason, Stage
from detections.models import Attempt, Detection
from detections.plate_index import keep_all
from detections.words import COLORS

MARK = "made-up-"
BATCH = 2000
DAYS = 90
CAMERAS = 12
ATTEMPTS = 20_000
UNREAD = 0.12
MASKS = ("LLLNNNN", "LLNNNLL", "LLNNLLL", "NNLLLN", "LLLNNN", "LLNNNN")
LETTERS = np.array(list("ABCDEFGHJKLMNOPRSTUVWXYZ"))
DIGITS = np.array(list("0123456789"))
BRANDS = ("Volkswagen", "Opel", "Ford", "Renault", "BMW", "Audi", "Mercedes-Benz", "Toyota", "Skoda", "Fiat", "unknown")
KINDS = ("car", "truck", "bus", "motorcycle")
DIRECTIONS = ("approaching", "receding", "unknown")
CROWDS = ((0.2, 400), (0.3, 30_000), (0.5, 400_000))
"""Which share of the visits is made by how many plates: regulars, neighbours, passers-by."""


class Command(BaseCommand):
    help = "Fills a database with made-up detections, for measuring."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=1_000_000)
        parser.add_argument(
            "--among-real", action="store_true", help="also when the database holds detections of real cameras"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["among_real"] and Detection.objects.exclude(track_id__startswith=MARK).exists():
            raise CommandError(
                "This database holds real detections. Name another one in DATABASE_URL, or --among-real."
            )
        here = Detection.objects.filter(track_id__startswith=MARK).count()
        missing = options["rows"] - here
        if missing <= 0:
            self.stdout.write(f"{here} made-up detections are here already")
            return
        if here:
            raise CommandError(f"There are {here} made-up detections; start with an empty database.")
        started = time.monotonic()
        fill(missing)
        self.stdout.write(f"{missing} detections made up in {time.monotonic() - started:.0f} s")


def fill(count: int) -> None:
    chance = np.random.default_rng(1)
    cameras = [
        Camera.objects.get_or_create(
            name=f"Gate {n + 1}", defaults={"source_url": "synthetic:", "enabled": False, "is_restricted": True}
        )[0]
        for n in range(CAMERAS)
    ]
    plates = plates_of(chance, count)
    moments = moments_of(chance, count)
    rows = (row_of(chance, n, cameras, plates[n], moments[n]) for n in range(count))
    while batch := list(islice(rows, BATCH)):
        Detection.objects.bulk_create(batch)
    keep_all({plate for plate in plates if plate})
    Attempt.objects.bulk_create(attempts_of(chance, cameras), batch_size=BATCH)


def plates_of(chance: np.random.Generator, count: int) -> list[str]:
    drivers = [draw_plates(chance, many) for _, many in CROWDS]
    crowds = chance.choice(len(CROWDS), count, p=[share for share, _ in CROWDS])
    picks = chance.random(count)
    unread = chance.random(count) < UNREAD
    return ["" if unread[n] else drivers[crowd][int(picks[n] * len(drivers[crowd]))] for n, crowd in enumerate(crowds)]


def draw_plates(chance: np.random.Generator, count: int) -> list[str]:
    plates: list[str] = []
    for mask in MASKS:
        columns = [chance.choice(LETTERS if place == "L" else DIGITS, count // len(MASKS) + 1) for place in mask]
        plates += ["".join(characters) for characters in zip(*columns, strict=True)]
    return plates[:count]


def moments_of(chance: np.random.Generator, count: int) -> list[datetime]:
    """Oldest first, most by day, over ``DAYS`` days."""
    days = chance.integers(0, DAYS, count)
    hours = np.clip(chance.normal(13, 4.5, count), 0, 23.99)
    start = timezone.now() - timedelta(days=DAYS)
    return [start + timedelta(seconds=float(second)) for second in np.sort(days * 86400 + hours * 3600)]


def row_of(chance: np.random.Generator, number: int, cameras: list[Camera], plate: str, seen: datetime) -> Detection:
    pick = chance.random(6)
    confidence = round(1 - float(pick[0]) ** 3 * 0.6, 4) if plate else 0.0
    return Detection(
        track_id=f"{MARK}{number}",
        camera=cameras[int(pick[1] ** 1.5 * len(cameras))],
        plate_text=plate,
        plate_norm=plate,
        raw_text=plate,
        region="de" if plate else "",
        confidence=confidence,
        char_confidences=[confidence] * len(plate),
        votes=int(pick[2] * 9) + 1 if plate else 0,
        looks=12,
        first_seen=seen,
        last_seen=seen + timedelta(seconds=1 + 5 * float(pick[2])),
        direction=DIRECTIONS[int(pick[3] * 3)],
        kind=KINDS[int(pick[3] ** 4 * len(KINDS))],
        brand=BRANDS[int(pick[4] * len(BRANDS))],
        color=COLORS[int(pick[5] ** 2 * len(COLORS))],
        model_version="made up",
    )


def attempts_of(chance: np.random.Generator, cameras: list[Camera]) -> list[Attempt]:
    reasons = list(Reason)
    now = timezone.now()
    return [
        Attempt(
            camera=cameras[int(chance.integers(len(cameras)))],
            at=now - timedelta(seconds=7 * 86400 * n / ATTEMPTS),
            stage=Stage.READ,
            reason=reasons[int(chance.integers(len(reasons)))],
        )
        for n in range(ATTEMPTS)
    ]
