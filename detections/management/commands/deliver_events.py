"""Sends events to their destinations until told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from detections.delivery import DeliveryLoop


class Command(BaseCommand):
    help = "Delivers events until it is told to stop; several may run at once."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("delivering")
        DeliveryLoop().run(stop)
