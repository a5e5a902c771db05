"""Pictures in, plates out over HTTP, in our own shape."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import cv2
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from anpr_site.accounts.choices import Scope
from anpr_site.accounts.idempotency import Idempotent
from anpr_site.accounts.models import ApiToken
from cameras.models import Camera
from cameras.rights import is_staff, visible_cameras
from detections.recognition import NOT_LOADED, Busy, Look, Options, recognize_picture
from detections.recognition_requests import PARSERS, SentPicture, options_of, pictures_of, wanted
from detections.recognition_store import store
from detections.registry import match
from detections.uploads import Fault, PictureError
from inference.steps import step_pictures
from inference.types import FrameResult

SCHEMA = 1
STATUS: dict[Fault, int] = {"no_picture": 400, "too_large": 413, "wrong_format": 415, "damaged": 422}
STEP_WIDTH = 1280
STEP_QUALITY = 85
OLDEST = timedelta(days=90)
AHEAD = timedelta(minutes=5)


class PictureRefused(APIException):
    """A ``PictureError`` as an answer."""

    def __init__(self, error: PictureError) -> None:
        super().__init__(str(error), error.fault)
        self.status_code = STATUS[error.fault]


class NoPicture(APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "no_picture"
    default_detail = gettext_lazy("No picture was sent: post it as “image”, as the body, or as base64 in JSON.")


class TooBusy(APIException):
    """Answered with ``Retry-After``."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "busy"
    default_detail = gettext_lazy("Too many pictures wait already; try again in a second.")
    wait = 1


class NotLoaded(APIException):
    """The networks' files are missing or damaged."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "not_loaded"


class RecognitionView(APIView):
    """What all shapes have in common: the scope, and every way of sending a picture."""

    parser_classes = PARSERS
    required_scope = Scope.RECOGNIZE
    required_permission = None

    def look(self, data: bytes, options: Options, **more: Any) -> Look:
        """Raises ``PictureError`` for this picture, ``APIException`` for what would fail any other too."""
        try:
            return recognize_picture(data, options, **more)
        except Busy:
            raise TooBusy from None
        except NOT_LOADED as error:
            raise NotLoaded(str(error)) from error


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with each picture of a request."""

    options: Options
    camera: Camera | None
    taken_at: float | None
    debug: bool
    tells_lists: bool


class RecognizeView(Idempotent, RecognitionView):
    """``POST /api/v1/recognize``: one picture or several; a bad one does not fail the others."""

    def post(self, request: Request) -> Response:
        sent = pictures_of(request, "image", "file", "images")
        values = options_of(request)
        if not sent:
            raise NoPicture
        camera = camera_to_store_at(request, values["camera"]) if values["store"] else None
        task = Task(
            wanted(values, camera),
            camera,
            moment_of(values),
            values["debug"],
            request.user.has_perm("detections.view_registeredplate"),
        )
        pictures: list[dict[str, Any]] = []
        errors: list[PictureError] = []
        for picture in sent:
            try:
                pictures.append(self.answer(picture, task))
            except PictureError as error:
                errors.append(error)
                pictures.append({"name": picture.name, "error": {"code": error.fault, "detail": str(error)}})
        if len(errors) == len(sent):
            raise PictureRefused(errors[0])
        return Response({"schema": SCHEMA, "pictures": pictures})

    def answer(self, sent: SentPicture, task: Task) -> dict[str, Any]:
        """Raises ``PictureError``."""
        if sent.error is not None:
            raise sent.error
        fresh = task.camera is not None or task.debug
        look = self.look(sent.data, task.options, taken_at=task.taken_at, fresh=fresh)
        answer: dict[str, Any] = {"name": sent.name, "error": None, "sha256": look.sha256}
        answer |= {"is_cached": look.result is None, **look.answer}
        if task.tells_lists:
            answer["plates"] = [{**plate, "match": match(plate["text"])} for plate in answer["plates"]]
        if task.debug and look.result is not None:
            answer["steps"] = steps(look.result)
        if task.camera is not None:
            rows = store(task.camera, look)
            answer["stored"] = [{"id": row.pk, "url": row.get_absolute_url()} for row in rows]
        return answer


def camera_to_store_at(request: Request, name: str) -> Camera:
    """By short name or id. Raises ``PermissionDenied``: who stores detections may open gates with them."""
    if isinstance(request.auth, ApiToken) and not request.auth.may(Scope.INGEST):
        raise PermissionDenied(_("This token may not do that: it lacks the scope “%s”.") % Scope.INGEST.value, "scope")
    if not is_staff(request.user):
        raise PermissionDenied(_("Only the staff, and tokens of the staff, may store detections."), "permission")
    cameras = visible_cameras(request.user)
    camera = cameras.filter(slug=name).first()
    if camera is None and name.isascii() and name.isdigit() and len(name) < 10:
        camera = cameras.filter(pk=int(name)).first()
    if camera is None:
        raise ValidationError({"camera": _("There is no camera with this short name.")})
    return camera


def moment_of(values: dict[str, Any]) -> float | None:
    """When the pictures were taken, in seconds since the epoch. Raises ``ValidationError`` for what cannot be."""
    taken_at, now = values.get("taken_at"), timezone.now()
    if taken_at is None:
        return None
    if not now - OLDEST < taken_at < now + AHEAD:
        raise ValidationError({"taken_at": _("This time lies in the future, or more than 90 days ago.")})
    return float(taken_at.timestamp())


def steps(result: FrameResult) -> dict[str, str]:
    """The picture of each step as a ``data:`` address, at most 1280 pixels wide."""
    encoded = {}
    for name, picture in step_pictures(result).items():
        scale = min(1.0, STEP_WIDTH / picture.shape[1])
        size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
        small = picture if scale == 1.0 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, STEP_QUALITY])[1].tobytes()
        encoded[name] = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    return encoded
