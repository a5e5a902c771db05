"""The slot between Capture and Recognize."""

from __future__ import annotations

import threading

from cameras.worker.slot import LatestSlot


def test_the_newest_item_overwrites_and_the_loss_is_counted() -> None:
    slot: LatestSlot[int] = LatestSlot()
    for number in (1, 2, 3):
        slot.put(number)
    assert slot.get(timeout=0) == 3
    assert slot.dropped == 2
    assert slot.get(timeout=0) is None


def test_a_waiting_receiver_is_woken() -> None:
    slot: LatestSlot[str] = LatestSlot()
    taken: list[str | None] = []
    receiver = threading.Thread(target=lambda: taken.append(slot.get(timeout=5)))
    receiver.start()
    slot.put("frame")
    receiver.join(5)
    assert taken == ["frame"]
