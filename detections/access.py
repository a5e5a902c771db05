"""What a gate is told of a detection: only ``allow`` opens it, and everything is written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from detections.delivery_models import EventType
from detections.events import camera_name, tell
from detections.gate_models import AccessDecision, Decision, DecisionStage, Gate, Role, Stay, Way
from detections.messages import iso
from detections.models import Detection
from detections.registry_models import ListKind, RegisteredPlate

FRESH = timedelta(seconds=15)
"""A vehicle seen longer ago opens nothing: the database was away, and somebody else may stand there now."""


class Why(TextChoices):
    """Why it was decided so."""

    REGISTERED = "registered", _("on an allow list")
    DENIED = "denied", _("on a deny list")
    NO_PLATE = "no_plate", _("no plate was read")
    NOT_LISTED = "not_listed", _("on no list")
    WATCHED = "watched", _("on a watch list only")
    AMBIGUOUS = "ambiguous", _("two registered plates are equally near")
    UNSURE = "unsure", _("the text is not certain enough")
    FEW_LOOKS = "few_looks", _("too few looks agree")
    NO_DIRECTION = "no_direction", _("its way is not known")
    NOT_VALID = "not_valid", _("outside its validity")
    FULL = "full", _("the site is full")


class Difference(TextChoices):
    """What does not fit the registered plate; it is told, but never decides."""

    BRAND = "brand", _("another brand than expected")
    COLOR = "color", _("another color than expected")


class Verdict(NamedTuple):
    decision: Decision
    why: Why
    way: Way
    exceptions: tuple[Difference, ...] = ()


def decide(detection: Detection, gate: Gate, at: datetime | None = None) -> Verdict:
    """The rules from top to bottom; the first that holds decides. Reads ``registered`` and ``match``."""
    way = way_of(gate, detection.direction)
    found = detection.match
    if not detection.plate_text:
        return Verdict(Decision.UNKNOWN, Why.NO_PLATE, way)
    if found is None:
        return Verdict(Decision.UNKNOWN, Why.NOT_LISTED, way)
    if found["ambiguous"]:
        return Verdict(Decision.AMBIGUOUS, Why.AMBIGUOUS, way)
    entry = detection.registered
    if entry is None or entry.list.kind not in (ListKind.ALLOW, ListKind.DENY):
        return Verdict(Decision.UNKNOWN, Why.WATCHED if entry else Why.NOT_LISTED, way)
    if not entry.is_valid(at):
        return Verdict(Decision.EXPIRED, Why.NOT_VALID, way)
    exceptions = differences(detection, entry)
    if entry.list.kind == ListKind.DENY:
        return Verdict(Decision.DENY, Why.DENIED, way, exceptions)
    if detection.confidence < gate.min_confidence:
        return Verdict(Decision.LOW_CONFIDENCE, Why.UNSURE, way, exceptions)
    if detection.votes < gate.min_votes:
        return Verdict(Decision.LOW_CONFIDENCE, Why.FEW_LOOKS, way, exceptions)
    if gate.needs_direction and way == Way.UNKNOWN:
        return Verdict(Decision.LOW_CONFIDENCE, Why.NO_DIRECTION, way, exceptions)
    if is_kept_out(detection, gate, way):
        return Verdict(Decision.DENY, Why.FULL, way, exceptions)
    return Verdict(Decision.ALLOW, Why.REGISTERED, way, exceptions)


def way_of(gate: Gate, direction: str) -> Way:
    """In or out by the gate's role; where it has both, by whether the vehicle comes closer."""
    if gate.role != Role.BOTH:
        return Way.IN if gate.role == Role.ENTRY else Way.OUT
    if direction not in ("approaching", "receding"):
        return Way.UNKNOWN
    return Way.IN if (direction == "approaching") == gate.inward_is_approaching else Way.OUT


def differences(detection: Detection, entry: RegisteredPlate) -> tuple[Difference, ...]:
    seen = ((detection.brand, entry.brand, Difference.BRAND), (detection.color, entry.color, Difference.COLOR))
    return tuple(
        kind for saw, expected, kind in seen if expected and saw not in ("unknown", "") and not same(saw, expected)
    )


def same(one: str, other: str) -> bool:
    return one.strip().lower() == other.strip().lower()


def is_kept_out(detection: Detection, gate: Gate, way: Way) -> bool:
    """Whether the site is full, and this vehicle is not one of those inside."""
    site = gate.site
    if site is None or not site.shut_when_full or way == Way.OUT or not site.is_full:
        return False
    return not Stay.objects.filter(site=site, left_at=None, plate_norm=detection.plate_norm).exists()


def judge(detection: Detection, *, ended: bool, at: datetime | None = None) -> AccessDecision | None:
    """Decides, writes it down and tells it where the camera has a gate; the same answer again changes nothing."""
    gate = Gate.objects.filter(camera=detection.camera_id).select_related("site", "camera").first()
    if gate is None or not (detection.plate_text or ended):
        return None
    now = at or timezone.now()
    stage = DecisionStage.FINAL if ended else DecisionStage.PREVIEW
    verdict = decide(detection, gate, now)
    row = AccessDecision.objects.filter(detection=detection, stage=stage).first()
    fields: dict[str, Any] = {
        "decision": verdict.decision.value,
        "reason": verdict.why.value,
        "plate_text": detection.plate_text,
        "direction": verdict.way.value,
        "exceptions": [difference.value for difference in verdict.exceptions],
    }
    if row is not None and all(getattr(row, name) == value for name, value in fields.items()):
        return row
    row = row or AccessDecision(detection=detection, stage=stage)
    for name, value in fields.items():
        setattr(row, name, value)
    row.gate, row.camera, row.at = gate, gate.camera, now
    row.registered, row.match = detection.registered, detection.match
    opens = opens_now(gate, detection, verdict, now)
    row.opened = row.opened or opens
    row.save()
    tell_decision(row, opens=opens)
    return row


def opens_now(gate: Gate, detection: Detection, verdict: Verdict, now: datetime) -> bool:
    if verdict.decision != Decision.ALLOW or not gate.opens_by_itself or now - detection.last_seen > FRESH:
        return False
    Gate.objects.select_for_update().get(pk=gate.pk)  # two processes that store at once would both open
    opened = AccessDecision.objects.filter(gate=gate, opened=True)
    if opened.filter(detection=detection).exists():
        return False
    recent = opened.filter(at__gt=now - timedelta(seconds=gate.pause_s))
    return not recent.filter(plate_text=detection.plate_text).exists()


@transaction.atomic
def open_by_hand(gate: Gate, user: Any, reason: str) -> AccessDecision:
    """A person opens the gate and says why."""
    row = AccessDecision.objects.create(
        gate=gate,
        camera=gate.camera,
        stage=DecisionStage.MANUAL,
        decision=Decision.ALLOW,
        reason=reason,
        opened=True,
        user=user,
        at=timezone.now(),
    )
    tell_decision(row, opens=True)
    return row


def tell_decision(row: AccessDecision, *, opens: bool) -> None:
    detection = row.detection
    events = [EventType.ACCESS_DECIDED, EventType.GATE_OPEN] if opens else [EventType.ACCESS_DECIDED]
    for event in events:
        tell(
            event,
            decision_payload(row),
            key=f"{row.pk}:{row.decision}:{row.reason}:{row.plate_text}:{iso(row.at)}",
            camera_id=row.camera_id,
            detection=detection,
            lists=row.match["lists"] if row.match else (),
            confidence=detection.confidence if detection and detection.plate_text else None,
            at=row.at,
        )


def decision_payload(row: AccessDecision) -> dict[str, Any]:
    """The JSON of a decision, in events and in the REST API."""
    site = row.gate.site
    return {
        "id": row.pk,
        "gate": {"id": row.gate_id, "name": row.gate.name},
        "camera": camera_name(row.camera),
        "site": {"id": site.pk, "name": site.name} if site else None,
        "stage": row.stage,
        "decision": row.decision,
        "reason": row.reason,
        "opened": row.opened,
        "plate_text": row.plate_text,
        "match": row.match,
        "exceptions": row.exceptions,
        "direction": row.direction,
        "detection": row.detection_id,
        "track_id": row.detection.track_id if row.detection else None,
        "user": row.user.get_username() if row.user else None,
        "at": iso(row.at),
    }
