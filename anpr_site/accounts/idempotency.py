"""A write that is sent again with the same ``Idempotency-Key`` is answered again, not done again."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from anpr_site.accounts.models import StoredAnswer, digest

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
KEPT = timedelta(days=1)
ABANDONED = timedelta(minutes=2)
"""A first request that has not ended by then never will: its process was killed."""


class StillRunning(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "still_running"
    default_detail = gettext_lazy("The first request with this key still runs; ask again in a moment.")


class OtherRequest(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = gettext_lazy("This key was used for another request; each write needs a key of its own.")


class Idempotent:
    """For views: remembers for a day what each POST with a key was answered, whether it went well or not.

    What failed for the server's own reasons (5xx, 429) is forgotten, so that it can be tried again.
    """

    stored: StoredAnswer | None = None
    replay: StoredAnswer | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get(HEADER, "")
        if request.method != "POST" or not key:
            return
        if len(key) > LONGEST_KEY:
            raise ValidationError({HEADER: _("A key has at most %d characters.") % LONGEST_KEY})
        self.begin(request, digest(key))
        if self.replay is not None:
            self.post = self.answer_again

    def begin(self, request: Request, key: str) -> None:
        """Makes the row that says that it runs, or finds what the first one was answered."""
        assert request.user.is_authenticated
        fingerprint = fingerprint_of(request)
        StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
        StoredAnswer.objects.filter(
            user=request.user.pk, key=key, status=0, created_at__lt=timezone.now() - ABANDONED
        ).delete()
        try:
            with transaction.atomic():
                self.stored = StoredAnswer.objects.create(user=request.user, key=key, fingerprint=fingerprint)
        except IntegrityError:
            first = StoredAnswer.objects.filter(user=request.user.pk, key=key).first()
            if first is None or first.status == 0:
                raise StillRunning from None
            if first.fingerprint != fingerprint:
                raise OtherRequest from None
            self.replay = first

    def answer_again(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        assert self.replay is not None
        answer = Response(json.loads(self.replay.body or "null"), self.replay.status)
        answer.content_type = self.replay.content_type or None
        answer["Idempotent-Replayed"] = "true"
        return answer

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        row = self.stored
        if row is not None and (final.status_code >= 500 or final.status_code == 429):
            row.delete()
        elif row is not None:
            row.status, row.content_type = final.status_code, final.content_type or ""
            row.body = final.rendered_content.decode() if final.data is not None else ""
            row.save()
        return final

    def handle_exception(self, error: Exception) -> Response:
        try:
            return super().handle_exception(error)  # type: ignore[misc, no-any-return]
        finally:
            if self.stored is not None and not isinstance(error, APIException):
                StoredAnswer.objects.filter(pk=self.stored.pk, status=0).delete()


def fingerprint_of(request: Request) -> str:
    """Of the address and, where it is short enough to be read twice, of the body; of a longer one the length."""
    sha = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    length = request.META.get("CONTENT_LENGTH") or "0"
    is_short = length.isdecimal() and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    is_form = str(request.content_type).startswith("multipart/")  # each has a boundary of its own
    sha.update(length.encode() if is_form or not is_short else request.body)
    return sha.hexdigest()
