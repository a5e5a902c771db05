"""Pictures in, plates out for clients of other systems: Plate Recognizer's Snapshot, and the plain style."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from detections.answers import PictureAnswer, PlateAnswer, best_plate, snapshot_results, snapshot_vehicles
from detections.recognition import MIN_CONFIDENCE, Options
from detections.recognition_api import STATUS, NotLoaded, PictureRefused, RecognitionView
from detections.recognition_requests import PayloadTooLarge, SentPicture, pictures_of
from detections.remote_pictures import fetch
from detections.uploads import Fault, PictureError
from inference.plate_format import GROUPS, REGIONS

PLAIN_CODES: dict[Fault, int] = {"no_picture": 7, "wrong_format": 2, "too_large": 3, "damaged": 7}
NOT_FOUND = ("plate_too_small", "low_detection_confidence", "zone")


class PlateReaderView(RecognitionView):
    """``POST /api/v1/plate-reader/``: requests and answers as documented for Plate Recognizer's Snapshot."""

    def get_exception_handler(self) -> Callable[[Exception, Any], Response | None]:
        return snapshot_error

    def post(self, request: Request) -> Response:
        picture = self.sent(request)
        data = request.data if isinstance(request.data, Mapping | QueryDict) else {}
        config = config_of(data)
        regions = regions_of(data)
        options = Options(one_region(regions), share(config, "threshold_o", MIN_CONFIDENCE))
        try:
            look = self.look(picture.data, options)
        except PictureError as error:
            raise PictureRefused(error) from None
        return Response(
            {
                "processing_time": look.answer["ms"]["total"],
                "results": results(look.answer, config, regions, mmc=str(data.get("mmc", "")).lower() in ("true", "1")),
                "filename": picture.name,
                "version": 1,
                "camera_id": str(data["camera_id"]) if data.get("camera_id") else None,
                "timestamp": timestamp_of(data),
            },
            status=status.HTTP_201_CREATED,
        )

    def sent(self, request: Request) -> SentPicture:
        """``upload``, or else what ``upload_url`` leads to."""
        pictures = pictures_of(request, "upload")
        address = request.data.get("upload_url") if isinstance(request.data, Mapping | QueryDict) else None
        try:
            if not pictures and address:
                return fetch(str(address))
            if pictures and pictures[0].error is not None:
                raise pictures[0].error
        except PictureError as error:
            raise PictureRefused(error) from None
        if not pictures:
            raise ParseError(_("Send the picture as “upload”, or its address as “upload_url”."))
        return pictures[0]


def results(answer: PictureAnswer, config: Mapping[str, Any], regions: list[str], *, mmc: bool) -> list[dict[str, Any]]:
    plates = [plate for plate in answer["plates"] if is_wanted(plate, config, regions)]
    if config.get("detection_mode") == "vehicle":
        return snapshot_vehicles(plates, answer["vehicles"], mmc=mmc)
    return snapshot_results(plates, mmc=mmc)


def is_wanted(plate: PlateAnswer, config: Mapping[str, Any], regions: list[str]) -> bool:
    if plate["reason"] is not None or plate["detection_confidence"] < share(config, "threshold_d", 0.0):
        return False
    if config.get("detection_rule") == "strict" and plate["vehicle"] is None:
        return False
    return config.get("region") != "strict" or not regions or plate["region"] in regions


def config_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """``config`` is JSON; what we do not know in it is left alone."""
    given = data.get("config") or {}
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            given = None
    if not isinstance(given, dict):
        raise ParseError(_("“config” is not a JSON object."))
    return given


def share(config: Mapping[str, Any], name: str, default: float) -> float:
    value = config.get(name, default)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 <= value <= 1:
        raise ParseError(_("“%s” is not a number from 0 to 1.") % name)
    return float(value)


def regions_of(data: Mapping[str, Any]) -> list[str]:
    """The regions that we know of those named, groups by their members: a guide, as documented.

    Of a country whose states we do not know one by one, all are meant.
    """
    given: Any = data.getlist("regions") if isinstance(data, QueryDict) else data.get("regions") or []
    named = [str(name).strip().lower() for name in (given if isinstance(given, list) else [given])]
    names = [name if name in REGIONS else name.partition("-")[0] for name in named]
    return [code for name in names if name in REGIONS for code in GROUPS.get(name, (name,))]


def one_region(regions: list[str]) -> str | None:
    """The formats to read by: of the one region, of the group that holds all of them, or all."""
    if len(set(regions)) == 1:
        return regions[0]
    return next((name for name, codes in GROUPS.items() if regions and set(regions) <= set(codes)), None)


def timestamp_of(data: Mapping[str, Any]) -> str:
    """The one that was sent, in UTC; without one, now."""
    given = data.get("timestamp")
    moment: datetime | None = timezone.now()
    if given:
        try:
            moment = parse_datetime(str(given))
            if moment is not None:
                moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
    if moment is None:
        raise ParseError(_("“timestamp” is not an ISO 8601 time."))
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def snapshot_error(error: Exception, context: Any) -> Response | None:
    """Errors as documented: ``detail`` and ``status_code``, 403 for a wrong token."""
    answer = exception_handler(error, context)
    if answer is None:
        return None
    if isinstance(error, AuthenticationFailed | NotAuthenticated):
        answer.status_code = status.HTTP_403_FORBIDDEN
    detail = answer.data.get("detail", answer.data) if isinstance(answer.data, dict) else answer.data
    answer.data = {"detail": str(detail), "status_code": answer.status_code}
    return answer


class PlainView(RecognitionView):
    """``POST /recognize``: one plate, the surest, and a code from 0 to 8."""

    def post(self, request: Request) -> Response:
        try:
            pictures = pictures_of(request, "file", "image", "upload")
        except PayloadTooLarge as error:
            return plain(3, str(error.detail), error.status_code)
        except ParseError as error:
            return plain(2, str(error.detail), error.status_code)
        if not pictures:
            return plain(1, _("No file was uploaded; send it as “file”."), status.HTTP_400_BAD_REQUEST)
        try:
            if pictures[0].error is not None:
                raise pictures[0].error
            look = self.look(pictures[0].data, Options())
        except PictureError as error:
            return plain(PLAIN_CODES[error.fault], str(error), STATUS[error.fault])
        except NotLoaded as error:
            return plain(8, str(error.detail), error.status_code)
        return self.told(look.answer)

    def told(self, answer: PictureAnswer) -> Response:
        plate = best_plate(answer)
        if plate is not None:
            return plain(0, _("The plate was read."), 200, plate=plate["text"], confidence=plate["confidence"])
        if not answer["plates"]:
            return plain(4, _("No plate is in the picture."), 200)
        if all(other["reason"] in NOT_FOUND for other in answer["plates"]):
            return plain(5, _("What was found is too small or too doubtful for a plate."), 200)
        return plain(6, _("A plate was found, but its text cannot be read."), 200)


def plain(code: int, message: str, http: int, *, plate: str = "", confidence: float = 0.0) -> Response:
    found = {"plate": plate or None, "confidence": confidence}
    return Response({"status": "error" if code else "success", "code": code, "message": message, **found}, status=http)
