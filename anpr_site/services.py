"""Services as daemon threads of this process, stopped and joined at its exit, which nothing else holds up."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
import threading
import time
from typing import Any, Protocol

logger = logging.getLogger(__name__)

STOP_WITHIN_S = 10.0
REQUESTS_END_WITHIN_S = 1.0
running: list[tuple[list[threading.Thread], threading.Event]] = []
"""The threads of each ``start``, and what stops them."""


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
    running.append((threads, stop))
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


def end_in_time() -> None:
    """Lets a server that was told to end do so, whatever its requests still wait for: nobody hears their answers.

    Python joins the threads of requests before it exits, and one may wait for a locked database for 20 s. Then it
    would search every module for garbage: half a second of a core.
    """
    atexit.register(gc.freeze)
    reactor: Any = sys.modules.get("twisted.internet.reactor")
    if reactor is not None:
        end = threading.Thread(target=leave, name="end", daemon=True)
        reactor.addSystemEventTrigger("before", "shutdown", end.start)


def leave() -> None:
    """Comes into force only where the process has not ended by itself meanwhile."""
    time.sleep(REQUESTS_END_WITHIN_S)
    for threads, stop in running:
        finish(threads, stop)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
