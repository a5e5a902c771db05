"""HTTP and WebSocket routes of the server; embedded, it also starts the workers."""

from __future__ import annotations

from anpr_site import use_settings

use_settings()

from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402

http = get_asgi_application()  # loads the apps: consumers and workers are importable only after it

from anpr_site import services  # noqa: E402
from anpr_site.accounts.sockets import TokenOrSession  # noqa: E402
from anpr_site.bodies import bound  # noqa: E402
from anpr_site.checks import require_sound_start  # noqa: E402
from anpr_site.sockets import websocket  # noqa: E402
from cameras.supervisor import Supervisor, start_in_thread  # noqa: E402
from detections.delivery import DeliveryLoop  # noqa: E402
from labeling.export_jobs import ExportLoop  # noqa: E402
from labeling.quota import DatasetLoop  # noqa: E402
from labeling.retention import PurgeLoop  # noqa: E402

application = ProtocolTypeRouter({"http": http, "websocket": TokenOrSession(websocket)})

bound()
require_sound_start()
services.end_in_time()
if settings.EMBEDDED_WORKERS:
    services.start(Supervisor(start_in_thread), PurgeLoop(), DatasetLoop(), ExportLoop(), DeliveryLoop())
