"""Runs the supervisor: one worker for each enabled camera, until stopped."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cameras.supervisor import Supervisor, start_in_process, start_in_thread
from labeling.export_jobs import ExportLoop
from labeling.quota import DatasetLoop
from labeling.retention import PurgeLoop


class Command(BaseCommand):
    help = "Watches all enabled cameras that no other supervisor holds, one process each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", action="store_true", help="all workers as threads of this process (one GPU)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(tags=["models"], include_deployment_checks=True)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        loops = (PurgeLoop(), DatasetLoop(), ExportLoop())
        tidy = [
            threading.Thread(target=loop.run, args=(stop,), name=type(loop).__name__.lower(), daemon=True)
            for loop in loops
        ]
        for thread in tidy:
            thread.start()
        Supervisor(start_in_thread if options["threads"] else start_in_process).run(stop)
        for thread in tidy:
            thread.join(5)
