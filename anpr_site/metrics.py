"""Prometheus metrics, made of what the database holds: workers and deliverers are other processes than this one."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from anpr_site.accounts.addresses import client_address
from anpr_site.accounts.authentication import secret_of
from anpr_site.accounts.choices import Scope
from anpr_site.accounts.models import ApiToken
from anpr_site.accounts.problems import problem_response
from anpr_site.requests import registry as requests_registry
from cameras.choices import State
from cameras.figures import disk_figures
from cameras.models import Camera
from cameras.rights import is_staff
from detections.delivery_models import Delivery, DeliveryStatus
from labeling.models import Sample

GAUGES = {
    "capture_fps": "Frames a second that come from the source.",
    "recognize_fps": "Frames a second that are looked at.",
    "memory_mb": "Memory of the worker's process, in MiB.",
    "cpu_percent": "Share of a core that the worker's process takes.",
}
COUNTERS = {
    "dropped_frames": "Frames left out for newer ones.",
    "dropped_attempts": "Looks not stored for lack of room.",
    "reconnects": "Times that the source was opened again.",
}


class Product:
    """Asked anew at every scrape. Counters of a camera begin at 0 whenever its worker does."""

    def collect(self) -> Iterator[Metric]:
        cameras = list(Camera.objects.select_related("health"))
        yield from of_cameras(cameras)
        yield from of_tallies(cameras)
        yield from of_deliveries()
        yield from of_samples()
        free = GaugeMetricFamily("anpr_disk_free_bytes", "Room left where pictures are stored.")
        free.add_metric([], disk_figures()["disk_free_gib"] * 2**30)
        yield free


def of_cameras(cameras: list[Camera]) -> Iterator[Metric]:
    state = GaugeMetricFamily("anpr_camera_state", "1 for the state that the camera is in.", labels=["camera", "state"])
    age = GaugeMetricFamily("anpr_camera_frame_age_seconds", "Since the newest frame.", labels=["camera"])
    for camera in cameras:
        now = camera.health_now.state_now
        for each in State:
            state.add_metric([camera.slug, each.value], float(now == each))
        last = camera.health_now.last_frame_at
        if last is not None:
            age.add_metric([camera.slug], seconds_since(last))
    yield state
    yield age
    for kinds, family in ((GAUGES, GaugeMetricFamily), (COUNTERS, CounterMetricFamily)):
        for field, words in kinds.items():
            metric = family(f"anpr_camera_{field}", words, labels=["camera"])
            for camera in cameras:
                metric.add_metric([camera.slug], getattr(camera.health_now, field))
            yield metric


def of_tallies(cameras: list[Camera]) -> Iterator[Metric]:
    """What each worker has counted since its start."""
    words = "Looks at vehicles and plates; result is counted or failed."
    looks = CounterMetricFamily("anpr_looks", words, labels=["camera", "result", "reason"])
    reads = CounterMetricFamily("anpr_reads", "Plate reads and their corrections that were told.", labels=["camera"])
    steps = HistogramMetricFamily("anpr_step_seconds", "How long a step took.", labels=["camera", "step"])
    for camera in cameras:
        tally: dict[str, Any] = camera.health_now.tally
        for reason, number in tally.get("looks", {}).items():
            looks.add_metric([camera.slug, "failed" if reason else "counted", reason], number)
        reads.add_metric([camera.slug], tally.get("reads", 0))
        for step, bins in tally.get("steps", {}).items():
            buckets = list(cumulative(tally["bounds_ms"], bins[:-1]))
            steps.add_metric([camera.slug, step], buckets=buckets, sum_value=bins[-1] / 1000)
    yield looks
    yield reads
    yield steps


def cumulative(bounds_ms: list[float], bins: list[float]) -> Iterable[tuple[str, float]]:
    total = 0.0
    for bound, number in zip([*(f"{bound / 1000:g}" for bound in bounds_ms), "+Inf"], bins, strict=True):
        total += number
        yield bound, total


def of_deliveries() -> Iterator[Metric]:
    rows = Delivery.objects.order_by()
    kept = GaugeMetricFamily("anpr_deliveries", "Deliveries that are kept.", labels=["destination", "status"])
    for group in rows.values("destination__name", "status").annotate(number=Count("id")):
        kept.add_metric([group["destination__name"], group["status"]], group["number"])
    yield kept
    oldest = rows.filter(status=DeliveryStatus.PENDING).aggregate(oldest=Min("created_at"))["oldest"]
    age = GaugeMetricFamily("anpr_delivery_queue_age_seconds", "Since the oldest waiting event; 0: none.")
    age.add_metric([], seconds_since(oldest) if oldest else 0.0)
    yield age


def of_samples() -> Iterator[Metric]:
    kept = GaugeMetricFamily("anpr_samples", "Samples by what people said of them.", labels=["state"])
    for group in Sample.objects.order_by().values("state").annotate(number=Count("id")):
        kept.add_metric([group["state"]], group["number"])
    yield kept


def seconds_since(moment: datetime) -> float:
    return max(0.0, (timezone.now() - moment).total_seconds())


def may_read(request: HttpRequest) -> bool:
    """An address of METRICS_ADDRESSES, or a token of the staff that may read: they see every camera."""
    address = client_address(request)
    if address is not None and any(ipaddress.ip_address(address) in each for each in settings.METRICS_ADDRESSES):
        return True
    token = ApiToken.find(secret_of(request.headers.get("Authorization", "")) or "")
    if token is None:
        return False
    token.use(address)
    return token.may(Scope.READ) and is_staff(token.user)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        words = _("Metrics need a token of the staff with the scope “read”, or an address of METRICS_ADDRESSES.")
        return problem_response(401, words, "not_authenticated", **{"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Product())
    text = exposition.generate_latest(registry) + exposition.generate_latest(requests_registry)
    return HttpResponse(text, content_type=exposition.CONTENT_TYPE_PLAIN_0_0_4)
