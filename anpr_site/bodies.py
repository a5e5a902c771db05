"""What Daphne does with the body of a request before Django sees it: it has a bound, and forms are left to Django."""

from __future__ import annotations

import json
from typing import Any

from daphne import http_protocol
from django.utils.translation import gettext as _

from anpr_site.accounts.problems import CONTENT_TYPE, problem
from detections.recognition_requests import MAX_BODY


class Request(http_protocol.WebRequest):  # type: ignore[misc]
    """Daphne's own parses every form in the thread that serves everybody, and keeps a body of any length on disk."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **options)
        self.is_too_large = False

    def handleContentChunk(self, data: bytes) -> None:
        """What is too much is read, for only then do clients listen to the answer, but it is not kept."""
        self.is_too_large = self.is_too_large or self.content.tell() + len(data) > MAX_BODY
        if not self.is_too_large:
            super().handleContentChunk(data)

    def process(self) -> Any:
        if not self.is_too_large:
            return super().process()
        words = _("The request has more than %d MB.") % (MAX_BODY // 2**20)
        headers = [(b"Content-Type", CONTENT_TYPE.encode())]
        self.handle_reply({"type": "http.response.start", "status": 413, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": json.dumps(problem(413, words, "too_large")).encode()})
        return None


def bound() -> None:
    """From now on, for every connection that is made."""
    http_protocol.WebRequest = Request
