"""How long searches, pages, exports and statistics take on made-up detections, and by which index they are found."""

from __future__ import annotations

import asyncio
import re
import statistics as numbers
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cameras.models import Camera
from detections.export import csv_lines
from detections.management.commands.fill_detections import MARK
from detections.models import Detection
from detections.paging import page_of
from detections.search import visible_detections
from detections.statistics import Period, count, weeks_of
from detections.statistics_views import midnight
from detections.status import newest_update

BACKEND = "django.contrib.auth.backends.ModelBackend"
EXPORTED = 20_000
TABLES = re.compile(r"detections_(detection|platetail|attempt)\b")


class Command(BaseCommand):
    help = "Measures searches, pages, exports and statistics on what fill_detections made up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--times", type=int, default=7, help="how often each is measured; the median is printed")

    def handle(self, *args: Any, **options: Any) -> None:
        if not Detection.objects.filter(track_id__startswith=MARK).exists():
            raise CommandError("There are no made-up detections here; run fill_detections first.")
        rows = Detection.objects.count()
        self.stdout.write(
            f"{rows} detections in {connection.vendor}, milliseconds of {options['times']} turns each, whole pages\n"
        )
        self.stdout.write(
            f"{'median':>7} {'least':>7} {'its SQL':>7} {'its CPU':>7}  what, and the indexes of its queries"
        )
        client, guest = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
        client.force_login(watcher(), BACKEND)
        guest.force_login(watcher_of_two(), BACKEND)
        for name, address in addresses():
            self.measure(name, partial(fetch, client, address), options["times"])
        for query in ("", "kind=bus", "plate=A1", "sort=plate"):
            name = f"list: of two quiet cameras, {query or 'newest first'}"
            self.measure(name, partial(fetch, guest, f"/detections/?{query}"), options["times"])
        for name, action in actions():
            self.measure(name, action, max(1, options["times"] // 2))

    def measure(self, name: str, action: Callable[[], object], times: int) -> None:
        taken, asked, worked = [], [], []
        for _turn in range(times):
            reset_queries()
            with CaptureQueriesContext(connection) as queries:
                started, busy = time.perf_counter(), time.process_time()
                action()
                taken.append(1000 * (time.perf_counter() - started))
                worked.append(1000 * (time.process_time() - busy))
            asked.append(1000 * sum(float(query["time"]) for query in queries))
        keys = ", ".join(dict.fromkeys(key for query in queries for key in indexes_of(query["sql"])))
        self.stdout.write(
            f"{numbers.median(taken):7.0f} {min(taken):7.0f} {min(asked):7.0f} {min(worked):7.0f}  {name}  [{keys}]"
        )


def watcher() -> Any:
    """Somebody who may see everything and can never log in."""
    user, _created = get_user_model().objects.get_or_create(username=f"{MARK}watcher", defaults={"is_superuser": True})
    return user


def watcher_of_two() -> Any:
    """Somebody who may see the two cameras that saw least, and can never log in."""
    user, _created = get_user_model().objects.get_or_create(username=f"{MARK}guest")
    for camera in Camera.objects.order_by("-pk")[:2]:
        camera.viewers.add(user)
    return user


def fetch(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise CommandError(f"{address} answers {answer.status_code}")


def addresses() -> Iterator[tuple[str, str]]:
    """Each search mode with a plate that occurs, and the pages."""
    read = Detection.objects.filter(track_id__startswith=MARK).exclude(plate_norm="").order_by("-id")
    plate = read[1000].plate_norm
    regular = Counter(read.values_list("plate_norm", flat=True)[:20_000]).most_common(1)[0][0]
    swapped = plate.translate(str.maketrans("0O1I8B5S2Z", "O0I1B8S5Z2"))
    wrong = plate[:2] + ("X" if plate[2] != "X" else "Y") + plate[3:]
    very_wrong = wrong[:-1] + ("7" if wrong[-1] != "7" else "4")
    camera = Camera.objects.order_by("pk").last()
    assert camera is not None
    day = timezone.localdate() - timedelta(days=45)
    searches = {
        "everything, newest first": "",
        "exact": f"plate={plate}&match=exact",
        "exact, the plate seen most often": f"plate={regular}&match=exact",
        "contains, 4 characters": f"plate={plate[1:5]}",
        "contains, 3 characters": f"plate={plate[:3]}",
        "contains, 2 characters": f"plate={plate[:2]}",
        "contains, 1 character": f"plate={plate[0]}",
        "contains, nothing found": "plate=QQQQ",
        "wildcards at the end": f"plate={plate[:4]}*",
        "wildcards at the start": f"plate=*{plate[-4:]}",
        "wildcards in the middle": f"plate={plate[:2]}*{plate[-2:]}",
        "single wildcards": f"plate={plate[0]}?{plate[2:4]}?{plate[5:]}",
        "wildcards only": "plate=??????",
        "look-alikes": f"plate={swapped}&match=alike",
        "look-alikes with wildcards": f"plate={swapped[:3]}*&match=alike",
        "one character off": f"plate={wrong}&match=near1",
        "two characters off": f"plate={very_wrong}&match=near2",
        "camera": f"camera={camera.pk}",
        "time": f"since={day}T00:00&until={day}T23:59",
        "brand": "brand=BMW",
        "color": "color=pink",
        "kind": "kind=bus",
        "direction": "direction=receding",
        "without a plate": "has_plate=false",
        "confidence": "confidence=0.99",
        "brand, color, kind, camera and time": f"brand=BMW&color=pink&kind=truck&camera={camera.pk}&since={day}T00:00",
        "the same of all time, least sure first": f"brand=BMW&color=pink&kind=truck&camera={camera.pk}&sort=confidence",
        "the same of all time, by plate": f"brand=BMW&color=pink&kind=truck&camera={camera.pk}&sort=plate",
        "a kind that never occurs": "kind=unknown",
        "a kind that never occurs, by plate": "kind=unknown&sort=plate",
        "kind, direction, without a plate": "kind=bus&direction=receding&has_plate=false",
        "contains 2 characters, brand, color": f"plate={plate[:2]}&brand=BMW&color=pink",
        "oldest first": "sort=oldest",
        "by plate": "sort=plate",
        "least sure first": "sort=confidence",
        "a page in the middle": f"older={middle()}",
    }
    for name, query in searches.items():
        yield f"list: {name}", f"/detections/?{query}"
    yield "the live page", "/"
    yield "the page of a plate", f"/plates/{plate}/"
    yield "the page of the plate seen most often", f"/plates/{regular}/"


def middle() -> str:
    """The cursor of a page half way down."""
    half = Detection.objects.order_by("pk")[Detection.objects.count() // 2]
    return page_of(Detection.objects.filter(pk__lte=half.pk)).older or ""


def actions() -> Iterator[tuple[str, Callable[[], object]]]:
    cameras = list(Camera.objects.all())
    end = midnight(timezone.localdate() + timedelta(days=1))
    for days in (1, 7, 30, 90):
        period = Period(end - timedelta(days=days), end)
        yield f"statistics, {days} days, counted anew", partial(counted_anew, period, cameras)
    yield "what each open page asks every 10 s", partial(newest_update, watcher())
    rows = visible_detections(watcher())
    exported = min(EXPORTED, Detection.objects.count() - 1)
    last = rows.order_by("-pk")[exported].pk
    yield "export, its first lines", lambda: asyncio.run(lines(rows, most=2))
    yield f"export, {exported} lines", lambda: asyncio.run(lines(rows.filter(pk__gt=last)))


def counted_anew(period: Period, cameras: list[Camera]) -> None:
    for week in weeks_of(period):
        count(week, cameras)


async def lines(rows: Any, most: int = 0) -> None:
    """Reads an export, or its first ``most`` parts."""
    number = 0
    async for _part in csv_lines(rows):
        number += 1
        if number == most:
            return


def indexes_of(sql: str) -> list[str]:
    """The index that each table of a query is read by, as the database explains it."""
    if not TABLES.search(sql) or not sql.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN " + ("QUERY PLAN " if connection.vendor == "sqlite" else "") + sql.replace("%", "%%"), []
        )
        names = [column[0] for column in cursor.description]
        plan = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if connection.vendor == "sqlite":
        return [str(step["detail"]) for step in plan]
    return [
        f"{step['table']}.{step['key']}" + (" sorted" if "filesort" in (step["Extra"] or "") else "")
        for step in plan
        if step["table"] and TABLES.search(step["table"])
    ]
