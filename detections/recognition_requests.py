"""What a request for recognition holds: its pictures and options, whichever way a client sends them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser, FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request

from cameras.models import Camera
from detections.recognition import MIN_CONFIDENCE, Options
from detections.uploads import MAX_BYTES, PictureError, check_size, from_base64
from inference.plate_format import REGIONS

MAX_PICTURES = 10
MAX_BODY = 4 * MAX_BYTES
LONGEST_NAME = 100


class PayloadTooLarge(APIException):
    status_code = 413
    default_detail = gettext_lazy("The request is too large.")
    default_code = "too_large"


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture as it came, not looked at yet; ``error`` is why it could not even be taken."""

    name: str
    data: bytes = b""
    error: PictureError | None = None


class PictureParser(BaseParser):
    """The body is the picture itself, whatever type the client gives it: parsed to a list of one."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        data = stream.read(MAX_BYTES + 1)
        return [checked("", data)] if data else []


class PictureJSONParser(JSONParser):
    """Nested a thousand times over it is no request that anybody means."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None


PARSERS = (MultiPartParser, PictureJSONParser, FormParser, PictureParser)


class RecognitionOptions(serializers.Serializer[Any]):
    """``store`` keeps what was read as detections of ``camera``, seen at ``taken_at``; ``debug`` adds pictures."""

    region = serializers.CharField(required=False, allow_blank=True, max_length=16)
    min_confidence = serializers.FloatField(required=False)
    store = serializers.BooleanField(required=False, default=False)
    camera = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    taken_at = serializers.DateTimeField(required=False)
    debug = serializers.BooleanField(required=False, default=False)

    def validate_region(self, region: str) -> str | None:
        if region and region.lower() not in REGIONS:
            words = _("Unknown region; choose one of %s.")
            raise serializers.ValidationError(words % ", ".join(REGIONS))
        return region.lower() or None

    def validate_min_confidence(self, share: float) -> float:
        if not math.isfinite(share) or not 0 <= share <= 1:
            raise serializers.ValidationError(_("Write a number from 0 to 1."))
        return share

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if values["store"] and not values["camera"]:
            raise serializers.ValidationError({"camera": _("Name the camera whose detections these are.")})
        return values


def options_of(request: Request) -> dict[str, Any]:
    """The validated options; those in the body come before those in the address. Raises ``ValidationError``."""
    given = request.query_params.dict() | plain_fields(request.data, RecognitionOptions().fields)
    serializer = RecognitionOptions(data=given)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def plain_fields(data: Any, names: Iterable[str]) -> dict[str, Any]:
    if isinstance(data, QueryDict):
        return {name: data[name] for name in names if name in data}
    return {name: data[name] for name in names if name in data} if isinstance(data, Mapping) else {}


def wanted(values: Mapping[str, Any], camera: Camera | None = None) -> Options:
    """What is to be stored is as sure as the camera asks for, and of its region, unless the request says otherwise."""
    region, least = (camera.region or None, camera.min_confidence) if camera else (None, MIN_CONFIDENCE)
    return Options(values.get("region", region), values.get("min_confidence", least))


def pictures_of(request: Request, *fields: str) -> list[SentPicture]:
    """The pictures under these names, in their order; files, base64 and ``data:`` addresses alike.

    Raises ``PayloadTooLarge`` and ``ParseError``, for too many too.
    """
    check_body(request)
    data = request.data
    if isinstance(data, list) and all(isinstance(item, SentPicture) for item in data):
        return data
    if not isinstance(data, Mapping | QueryDict):
        raise ParseError(_("Write a JSON object with the picture as base64 under “%s”.") % fields[0])
    found: list[SentPicture] = []
    for field in fields:
        values = data.getlist(field) if isinstance(data, QueryDict) else data.get(field)
        items = values if isinstance(values, list) else [values]
        found += [read_item(item) for item in items if item is not None and item != ""]
        if len(found) > MAX_PICTURES:
            raise ParseError(_("At most %d pictures may be sent at once.") % MAX_PICTURES)
    return found


def check_body(request: Request) -> None:
    """Before anything of it is parsed."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > MAX_BODY:
        raise PayloadTooLarge(_("The request has more than %d MB.") % (MAX_BODY // 2**20))


def read_item(item: Any) -> SentPicture:
    if isinstance(item, UploadedFile):
        name = bare_name(item.name or "")
        return checked(name, b"", item.size) if (item.size or 0) > MAX_BYTES else checked(name, item.read())
    if not isinstance(item, str):
        return SentPicture("", error=PictureError("wrong_format", _("The picture is neither a file nor base64.")))
    try:
        return SentPicture("", from_base64(item))
    except PictureError as error:
        return SentPicture("", error=error)


def checked(name: str, data: bytes, size: int | None = None) -> SentPicture:
    try:
        check_size(len(data) if size is None else size)
    except PictureError as error:
        return SentPicture(name, error=error)
    return SentPicture(name, data)


def bare_name(name: str) -> str:
    """Without folders of any system and without control characters; only for people to tell pictures apart."""
    last = PureWindowsPath(PurePath(name.replace("\0", "")).name).name
    return "".join(character for character in last if character.isprintable())[:LONGEST_NAME]
