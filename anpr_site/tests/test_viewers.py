"""Many people watch one camera over loopback; one of them does not read."""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect

from anpr_site.tests.running_site import HAS_REDIS, RunningSite

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HAS_REDIS, reason="needs redis-server"),
]
VIEWERS = 50
WARM_S = 10.0
WATCHED_S = 30.0
PAUSE_S = 0.45
"""As the wall asks: about two pictures a second."""


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path_factory.mktemp("viewers"))
    running.start()
    running.order("pictures", on=True)
    yield running
    running.close()


async def watch(socket: ClientConnection, camera: int, delays: list[float], started: asyncio.Event) -> None:
    """Pulls picture by picture; a delay is from the capture to its arrival here."""
    after = None
    until = time.monotonic() + WARM_S + WATCHED_S
    while time.monotonic() < until:
        await socket.send(json.dumps({"next": camera, "after": after}))
        message = await socket.recv()
        assert isinstance(message, bytes)
        header = json.loads(message[4 : 4 + int.from_bytes(message[:4], "big")])
        if not header.get("none"):
            if started.is_set():
                delays.append(time.time() - header["captured_at"])
            after = header["index"]
        await asyncio.sleep(PAUSE_S)


async def demand(socket: ClientConnection, camera: int) -> None:
    """Asks for more all the time and never reads."""
    until = time.monotonic() + WARM_S + WATCHED_S
    while time.monotonic() < until:
        await socket.send(json.dumps({"next": camera, "after": None}))
        await asyncio.sleep(0.05)


async def test_fifty_viewers_of_whom_one_does_not_read(site: RunningSite) -> None:
    cookie = {"Cookie": site.order("user", name="olga")["cookie"]}
    camera = site.order("watched")["id"]
    assert site.server is not None
    server = psutil.Process(site.server.pid)
    address = f"ws://127.0.0.1:{site.port}/ws/preview/"
    delays: list[float] = []
    started = asyncio.Event()
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(
                connect(address, additional_headers=cookie, origin=site.url, max_queue=1, close_timeout=0.1)
            )
            for _ in range(VIEWERS)
        ]
        readers = [watch(socket, camera, delays, started) for socket in sockets[1:]]
        watching = asyncio.gather(demand(sockets[0], camera), *readers)
        await asyncio.sleep(WARM_S)
        started.set()
        before, cpu = server.memory_info().rss, sum(server.cpu_times()[:2])
        await watching
        grown = (server.memory_info().rss - before) / 2**20
        busy = (sum(server.cpu_times()[:2]) - cpu) / WATCHED_S
    delays.sort()
    median, p95 = statistics.median(delays) * 1000, delays[int(len(delays) * 0.95)] * 1000
    figures = (
        f"{len(delays)} pictures for {VIEWERS - 1} viewers in {WATCHED_S:.0f} s: median {median:.0f} ms, "
        f"p95 {p95:.0f} ms; server {before / 2**20:.0f} MiB, grown by {grown:.1f} MiB; {busy:.0%} of a core"
    )
    logging.getLogger(__name__).warning(figures)
    assert len(delays) > VIEWERS * WATCHED_S
    assert median < 500
    assert grown < 5
