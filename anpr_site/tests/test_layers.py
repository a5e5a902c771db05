"""The channel layer of a single process."""

from __future__ import annotations

import asyncio
import threading
import time
from statistics import median

from anpr_site.layers import ThreadSafeInMemoryChannelLayer


async def test_a_message_from_another_thread_arrives_at_once() -> None:
    layer = ThreadSafeInMemoryChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("detections", channel)

    def send() -> None:
        with asyncio.Runner() as runner:
            for _ in range(20):
                time.sleep(0.01)
                runner.run(layer.group_send("detections", {"type": "x", "at": time.monotonic()}))

    first = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0)
    sender = threading.Thread(target=send)
    sender.start()
    delays = [time.monotonic() - (await first)["at"]]
    delays += [time.monotonic() - (await layer.receive(channel))["at"] for _ in range(19)]
    sender.join()
    assert median(delays) < 0.05


async def test_nobody_is_waited_for_when_the_servers_loop_has_ended() -> None:
    layer = ThreadSafeInMemoryChannelLayer()
    ended = asyncio.new_event_loop()
    ended.close()
    layer.loop = ended
    await asyncio.wait_for(layer.group_send("detections", {"type": "x"}), 1)
