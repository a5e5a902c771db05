"""Six people and one restricted camera with everything that can hang on it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.utils import timezone

from anpr_site.accounts.models import ApiToken
from detections.delivery_models import Delivery, Destination, EventType
from detections.gate_forms import new_secret
from detections.gate_models import AccessDecision, Decision, DecisionStage, Gate, Site, Stay
from detections.models import Attempt
from detections.plate_models import PlateNote, PlateTag, SavedSearch
from detections.registry_models import PlateList, RegisteredPlate
from detections.tests.rows import make_camera, make_detection, write_picture
from labeling.export_models import DatasetExport, DatasetImport, Progress
from labeling.tests.rows import draw_pictures, make_sample

PEOPLE = ("anonymous", "operator", "labeler", "staff", "stranger", "strange_labeler")
"""The last two are an operator and a labeler without rights to the camera."""
CAMERA = "Hidden yard"
PLATE = "SECR3T7"


@dataclass(frozen=True)
class World:
    """The ids that addresses name."""

    ids: dict[str, str]
    people: dict[str, User | None]


def make_user(name: str, group: str) -> User:
    user = User.objects.create_user(name, password=secrets.token_hex())
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


def make_world() -> World:
    operator, labeler = make_user("operator", "operator"), make_user("labeler", "labeler")
    people: dict[str, User | None] = {
        "anonymous": None,
        "operator": operator,
        "labeler": labeler,
        "staff": make_user("staff", "staff"),
        "stranger": make_user("stranger", "operator"),
        "strange_labeler": make_user("strange_labeler", "labeler"),
    }
    camera = make_camera(CAMERA, slug="yard", is_restricted=True)
    camera.viewers.set([operator, labeler])
    pictures = {name: write_picture(camera) for name in ("picture", "vehicle_picture", "plate_picture")}
    detection = make_detection(camera, PLATE, **pictures)
    now = timezone.now()
    attempt = Attempt.objects.create(camera=camera, at=now, stage="read", reason="blur", text=PLATE)
    plates = PlateList.objects.create(name="Tenants")
    registered = RegisteredPlate.objects.create(list=plates, plate_text="TEN 4NT")
    site = Site.objects.create(name="Car park")
    gate = Gate.objects.create(name="Barrier", camera=camera, site=site)
    decision = AccessDecision.objects.create(
        gate=gate,
        camera=camera,
        detection=detection,
        stage=DecisionStage.values[0],
        decision=Decision.values[0],
        plate_text=PLATE,
        at=now,
    )
    stay = Stay.objects.create(site=site, plate_text=PLATE, plate_norm=PLATE, entry=detection, entered_at=now)
    destination = Destination.objects.create(name="Park house", address="http://127.0.0.1:1/", secret=new_secret())
    delivery = Delivery.objects.create(
        destination=destination, event=EventType.TEST, payload={"plate": PLATE}, camera=camera, detection=detection
    )
    ids = {
        "camera": camera.pk,
        "slug": camera.slug,
        "picture": detection.picture.name,
        "detection": detection.pk,
        "attempt": attempt.pk,
        "plate": PLATE,
        "list": plates.pk,
        "registered": registered.pk,
        "site": site.pk,
        "gate": gate.pk,
        "decision": decision.pk,
        "stay": stay.pk,
        "destination": destination.pk,
        "delivery": delivery.pk,
        "search": SavedSearch.objects.create(user=operator, name="mine", query="plate=A").pk,
        "note": PlateNote.objects.create(plate=PLATE, text="a note", author=operator).pk,
        "tag": PlateTag.objects.create(plate=PLATE, name="a tag", author=operator).pk,
        "token": ApiToken.make(operator, "mine", ["read"], None)[0].pk,
        "sample": draw_pictures(make_sample(camera, PLATE)).pk,
        "export": DatasetExport.objects.create(asked_by=people["staff"], progress=Progress.RUNNING).pk,
        "import": DatasetImport.objects.create(asked_by=people["staff"], name="a.zip", bytes=1).pk,
    }
    return World({name: str(value) for name, value in ids.items()}, people)
