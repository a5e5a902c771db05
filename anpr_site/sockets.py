"""The WebSocket addresses of the site; importable once Django is set up, and without starting anything."""

from __future__ import annotations

from channels.routing import URLRouter
from django.urls import path

from anpr_site.accounts.choices import Scope
from anpr_site.accounts.sockets import Needs
from cameras.consumers import BreakdownConsumer, PreviewConsumer
from detections.consumers import LiveConsumer
from detections.recognition_socket import RecognizeConsumer

websocket = URLRouter(
    [
        path("ws/live/", Needs(Scope.READ, LiveConsumer.as_asgi())),
        path("ws/preview/", Needs(Scope.READ, PreviewConsumer.as_asgi())),
        path("ws/recognize/", Needs(Scope.RECOGNIZE, RecognizeConsumer.as_asgi())),
        path("ws/breakdown/", Needs(Scope.READ, BreakdownConsumer.as_asgi())),
    ]
)
