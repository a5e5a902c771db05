"""HTTP and WebSocket routes of the server; embedded, it also starts the workers."""

from __future__ import annotations

from anpr_site import use_settings

use_settings()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402

http = get_asgi_application()  # loads the apps: consumers and workers are importable only after it

from anpr_site import services  # noqa: E402
from anpr_site.checks import require_sound_start  # noqa: E402
from cameras.consumers import PreviewConsumer  # noqa: E402
from cameras.supervisor import Supervisor, start_in_thread  # noqa: E402
from detections.consumers import LiveConsumer  # noqa: E402
from detections.retention import RetentionLoop  # noqa: E402

websocket = URLRouter(
    [
        path("ws/live/", LiveConsumer.as_asgi()),
        path("ws/preview/", PreviewConsumer.as_asgi()),
    ]
)
application = ProtocolTypeRouter(
    {"http": http, "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(websocket))}
)

require_sound_start()
if settings.EMBEDDED_WORKERS:
    services.start(Supervisor(start_in_thread), RetentionLoop())
