"""Sends what is owed: claims due deliveries, one lane for each destination, and tries again until a day is over."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from detections.delivery_models import Delivery, DeliveryStatus, Destination, EventType, Transport, a_day_from_now
from detections.transports import SendError, notify, webhook
from detections.transports.mqtt import Brokers

logger = logging.getLogger(__name__)

EVERY_S = 0.3
LEASE = timedelta(seconds=30)
"""Longer than the longest try, so that only the row of a deliverer that died is taken over."""
FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 3 * 3600
MOST_LANES = 32
LAST_WORDS_S = 8.0
GREET_EVERY_S = 15.0


class DeliveryLoop:
    """Several may run at once, in several processes: a row belongs to whoever's counted UPDATE changed it."""

    def __init__(self) -> None:
        self._lease = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._brokers = Brokers()
        self._lanes: dict[int, threading.Thread] = {}
        self._greeted = float("-inf")

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            close_old_connections()
            try:
                self.step(stop)
            except Exception:
                logger.exception("deliveries pause")
                connection.close()
                stop.wait(5)
            stop.wait(EVERY_S)
        deadline = time.monotonic() + LAST_WORDS_S
        for lane in self._lanes.values():
            lane.join(max(0.0, deadline - time.monotonic()))
        self._brokers.close()
        connection.close()

    def step(self, stop: threading.Event) -> None:
        """Starts a lane for each destination that has something due and no lane yet: a slow one delays no other."""
        self._lanes = {key: lane for key, lane in self._lanes.items() if lane.is_alive()}
        waiting = due(timezone.now()).exclude(destination__in=list(self._lanes))
        wanted = set(waiting.order_by().values_list("destination", flat=True).distinct()) | self._unconnected()
        for key in wanted - set(self._lanes):
            if len(self._lanes) < MOST_LANES:
                lane = threading.Thread(target=self._empty, args=(key, stop), name=f"delivery:{key}", daemon=True)
                self._lanes[key] = lane
                lane.start()

    def _unconnected(self) -> set[int]:
        """Brokers that should know that we are there, though nothing has happened yet."""
        if time.monotonic() < self._greeted + GREET_EVERY_S:
            return set()
        self._greeted = time.monotonic()
        rows = Destination.objects.filter(transport=Transport.MQTT, enabled=True)
        return self._brokers.keep(set(rows.values_list("pk", flat=True)))

    def _greet(self, destination: int) -> None:
        try:
            for row in Destination.objects.filter(pk=destination, transport=Transport.MQTT):
                self._brokers.open(row)
        except SendError as error:
            logger.warning("the broker of %s is not reached: %s", row, error)

    def _empty(self, destination: int, stop: threading.Event) -> None:
        """Sends what is due for one destination until one fails, nothing is left, or all has to stop."""
        try:
            self._greet(destination)
            while not stop.is_set() and self.send_next(destination):
                pass
        except (OperationalError, InterfaceError) as error:
            logger.warning("the database refuses; what was in hand is sent again with the same id: %s", error)
        finally:
            connection.close()

    def send_next(self, destination: int, now: datetime | None = None) -> bool:
        """Whether one was sent: what can wait least first, that is gates, then events in their order."""
        moment = now or timezone.now()
        for delivery in due(moment).filter(destination=destination).order_by("expires_at", "id")[:5]:
            if claim(delivery, self._lease, moment):
                return self.send(delivery, moment)
        return False

    def send(self, delivery: Delivery, now: datetime) -> bool:
        """Tries once, and writes down how it went."""
        if delivery.expires_at <= now:
            give_up(delivery, self._lease, _("It was too late to send it."))
            return True
        try:
            self._carry(delivery, now)
        except SendError as error:
            put_off(delivery, self._lease, str(error), now)
            return False
        finish(delivery, self._lease)
        if delivery.attempts > 1:
            wake(delivery.destination, now)
        return True

    def _carry(self, delivery: Delivery, now: datetime) -> None:
        carriers: dict[str, Callable[[], None]] = {
            Transport.WEBHOOK: lambda: webhook.send(delivery, now),
            Transport.RELAY: lambda: webhook.switch(delivery),
            Transport.MQTT: lambda: self._brokers.send(delivery),
            Transport.NOTIFY: lambda: notify.send(delivery),
        }
        carriers[delivery.destination.transport]()


def due(now: datetime) -> QuerySet[Delivery]:
    """What nobody has in hand; a lease that ran out is nobody's."""
    is_free = Q(leased_until=None) | Q(leased_until__lt=now)
    rows = Delivery.objects.filter(is_free, status=DeliveryStatus.PENDING, due_at__lte=now, destination__enabled=True)
    return rows.select_related("destination", "detection")


def claim(delivery: Delivery, lease: str, now: datetime) -> bool:
    """One UPDATE whose count is the answer."""
    is_free = Q(leased_until=None) | Q(leased_until__lt=now)
    rows = Delivery.objects.filter(is_free, pk=delivery.pk, status=DeliveryStatus.PENDING)
    if rows.update(lease=lease, leased_until=now + LEASE, attempts=F("attempts") + 1) != 1:
        return False
    delivery.attempts += 1
    return True


def held(delivery: Delivery, lease: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=delivery.pk, lease=lease, status=DeliveryStatus.PENDING)


def finish(delivery: Delivery, lease: str) -> None:
    held(delivery, lease).update(
        status=DeliveryStatus.SENT, sent_at=timezone.now(), last_error="", lease="", leased_until=None
    )


def wake(destination: Destination, now: datetime) -> None:
    """It is back: what failed before is due now, so that old events do not come hours behind new ones."""
    waiting = Delivery.objects.filter(destination=destination, status=DeliveryStatus.PENDING, leased_until=None)
    waiting.filter(attempts__gt=0, due_at__gt=now).update(due_at=now)


def give_up(delivery: Delivery, lease: str, error: str) -> None:
    logger.warning("%s to %s is given up: %s", delivery.event, delivery.destination, error)
    held(delivery, lease).update(status=DeliveryStatus.FAILED, last_error=error[:500], lease="", leased_until=None)


def put_off(delivery: Delivery, lease: str, error: str, now: datetime) -> None:
    """Later, with a growing pause, or never when that would be too late."""
    again = now + pause_after(delivery.attempts)
    if again >= delivery.expires_at:
        give_up(delivery, lease, error)
        return
    held(delivery, lease).update(due_at=again, last_error=error[:500], lease="", leased_until=None)


def send_again(rows: QuerySet[Delivery]) -> int:
    """Those of them that have failed, as if they had never been tried; a gate is never opened late."""
    failed = rows.filter(status=DeliveryStatus.FAILED).exclude(event=EventType.GATE_OPEN)
    now = timezone.now()
    found = Delivery.objects.filter(pk__in=list(failed.values_list("pk", flat=True)), status=DeliveryStatus.FAILED)
    return found.update(
        status=DeliveryStatus.PENDING, attempts=0, due_at=now, expires_at=a_day_from_now(), last_error=""
    )


def pause_after(attempts: int) -> timedelta:
    """5, 15, 45 s … up to 3 hours, a tenth more or less so that many do not come at once."""
    pause = min(FIRST_PAUSE_S * 3 ** min(attempts - 1, 12), LONGEST_PAUSE_S)
    return timedelta(seconds=pause * random.uniform(0.9, 1.1))
