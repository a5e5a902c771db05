"""What is told to the outside: a delivery for each destination that wants an event, in the transaction of its cause."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cameras.models import Camera
from detections.delivery_models import Delivery, Destination, EventType, Format, Transport
from detections.event_formats import PLATE_EVENTS
from detections.messages import detection_payload, iso
from detections.models import Detection

SCHEMA = 1
NAMESPACE = uuid.UUID("5b3c9f0e-3d0c-4f3a-9f5e-6f1f0f6f2a11")
OPENS_WITHIN = timedelta(seconds=20)
"""A gate that would open later than this stays shut: the vehicle may be another one by then."""
USUAL = {
    Format.PLATE_RECOGNIZER_STREAM: (EventType.PLATE_RECOGNIZED,),
    Format.OPENALPR_GROUP: PLATE_EVENTS,
}


def tell(
    event: EventType,
    data: dict[str, Any],
    *,
    key: str,
    camera_id: int | None = None,
    detection: Detection | None = None,
    lists: Iterable[int] = (),
    confidence: float | None = None,
    at: datetime | None = None,
) -> list[Delivery]:
    """Owes the event to whoever wants it. The same event with the same ``key`` again is owed only once.

    ``lists`` are the ids of the plate's lists; without a ``confidence`` none is asked for.
    """
    moment = at or timezone.now()
    owed = []
    for destination in Destination.objects.filter(enabled=True).prefetch_related("cameras", "lists"):
        if not wants(destination, event, camera_id, set(lists), confidence):
            continue
        event_id = f"msg_{uuid.uuid5(NAMESPACE, f'{event}:{key}:{destination.pk}').hex}"
        owed.append(new_delivery(destination, event, data, event_id=event_id, moment=moment))
        owed[-1].camera_id, owed[-1].detection = camera_id, detection
    Delivery.objects.bulk_create(owed, ignore_conflicts=True)
    return owed


def new_delivery(
    destination: Destination, event: EventType, data: dict[str, Any], *, event_id: str, moment: datetime
) -> Delivery:
    """Not saved yet. A gate is opened at once or never; everything else is tried for a day."""
    payload = {"type": event.value, "id": event_id, "timestamp": iso(moment), "schema": SCHEMA, "data": data}
    delivery = Delivery(destination=destination, event=event, event_id=event_id, payload=payload)
    if event == EventType.GATE_OPEN:
        delivery.expires_at = timezone.now() + OPENS_WITHIN
    return delivery


def wants(
    destination: Destination, event: EventType, camera_id: int | None, lists: set[int], confidence: float | None
) -> bool:
    """Whether the destination's filters let the event through; an empty filter lets everything."""
    if event not in events_of(destination):
        return False
    cameras = {camera.pk for camera in destination.cameras.all()}
    if cameras and camera_id not in cameras:
        return False
    wanted = {chosen.pk for chosen in destination.lists.all()}
    is_by_hand = event == EventType.GATE_OPEN and confidence is None
    if wanted and not wanted & lists and not is_by_hand:
        return False
    return confidence is None or confidence >= destination.min_confidence


def is_opened_by_something(camera_id: int) -> bool:
    """Whether an order to open the gate of this camera, given by hand, would go to anybody."""
    enabled = Destination.objects.filter(enabled=True).prefetch_related("cameras", "lists")
    return any(wants(destination, EventType.GATE_OPEN, camera_id, set(), None) for destination in enabled)


def events_of(destination: Destination) -> set[str]:
    """The events that it takes: the chosen ones, as far as its kind and format can say them."""
    if destination.transport == Transport.RELAY:
        return {EventType.GATE_OPEN}
    every = set(EventType.values) - {EventType.TEST}
    chosen = set(destination.events)
    if destination.transport == Transport.WEBHOOK and destination.format in USUAL:
        return (chosen or set(USUAL[Format(destination.format)])) & set(PLATE_EVENTS)
    return chosen & every or every


def tell_plate(row: Detection, *, text_before: str, ended: bool) -> None:
    """A plate that was read, read differently, or has left; nothing for a vehicle in view without a text."""
    lists = row.match["lists"] if row.match else ()
    seen = iso(row.last_seen)
    told: list[tuple[EventType, str]] = []
    if row.plate_text and not text_before:
        told.append((EventType.PLATE_RECOGNIZED, f"{row.pk}"))
    elif row.plate_text != text_before:
        told.append((EventType.PLATE_UPDATED, f"{row.pk}:{row.plate_text}:{seen}"))
    if ended:
        told.append((EventType.VISIT_ENDED, f"{row.pk}:{seen}"))
    for event, key in told:
        tell(
            event,
            dict(detection_payload(row)),
            key=key,
            camera_id=row.camera_id,
            detection=row,
            lists=lists,
            confidence=row.confidence if row.plate_text else None,
        )


def camera_name(camera: Camera) -> dict[str, Any]:
    return {"id": camera.pk, "name": camera.name, "slug": camera.slug}


def owe_test(destination: Destination) -> Delivery:
    """One event of type ``test`` for this destination alone, whatever its filters."""
    data = {"message": f"A test event of Platewatch for {destination.name}."}
    event_id = f"msg_{uuid.uuid4().hex}"
    delivery = new_delivery(destination, EventType.TEST, data, event_id=event_id, moment=timezone.now())
    delivery.save()
    return delivery
