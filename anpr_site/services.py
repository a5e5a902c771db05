"""Services as daemon threads of this process, stopped and joined at its exit."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from typing import Protocol

logger = logging.getLogger(__name__)

STOP_WITHIN_S = 10.0


class Service(Protocol):
    """Something that runs until it is told to stop."""

    def run(self, stop: threading.Event) -> None: ...


def start(*services: Service) -> threading.Event:
    """Daemon and joined: other threads would never let the process end, and unjoined ones abort it inside OpenCV."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=service.run, args=(stop,), name=type(service).__name__.lower(), daemon=True)
        for service in services
    ]
    for thread in threads:
        thread.start()
    atexit.register(finish, threads, stop)
    return stop


def finish(threads: list[threading.Thread], stop: threading.Event) -> None:
    """Stops all and waits for them against one common deadline."""
    stop.set()
    deadline = time.monotonic() + STOP_WITHIN_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            logger.error("%s did not stop within %.0f s", thread.name, STOP_WITHIN_S)
