"""Who may go where: one line for each address of the site. The test fails for an address that is not here."""

from __future__ import annotations

from typing import NamedTuple

PUBLIC = {"anonymous", "operator", "labeler", "staff", "stranger", "strange_labeler"}
EVERYONE = PUBLIC - {"anonymous"}
"""Whoever is signed in; what belongs to a camera that one may not see is left out of the page."""
CAMERA = {"operator", "labeler", "staff"}
"""Those who may see the camera."""
GUARD = {"operator", "staff"}
"""Those who may see the camera and open its gate."""
LABELERS = {"labeler", "staff", "strange_labeler"}
SAMPLE = {"labeler", "staff"}
STAFF = {"staff"}
OWNER = {"operator"}
"""Whose it is, and nobody else, staff included."""

AUTHOR = {"operator", "staff"}
"""Who wrote it, and staff."""
BY_TOKEN: set[str] = set()
"""Nobody who is merely signed in: programs, with a token."""


class Row(NamedTuple):
    """``address`` with the names of ``access_world`` in braces; POST is sent without a body."""

    address: str
    who: set[str]
    method: str = "get"


TABLE: dict[str, Row] = {
    "": Row("/", EVERYONE),
    "detections/": Row("/detections/", EVERYONE),
    "detections/export.<str:kind>": Row("/detections/export.csv", EVERYONE),
    "detections/<int:pk>/": Row("/detections/{detection}/", CAMERA),
    "detections/searches/": Row("/detections/searches/", EVERYONE, "post"),
    "detections/searches/<int:pk>/delete/": Row("/detections/searches/{search}/delete/", OWNER, "post"),
    "plates/<str:text>/": Row("/plates/{plate}/", CAMERA),
    "plates/<str:text>/notes/": Row("/plates/{plate}/notes/", CAMERA, "post"),
    "plates/<str:text>/tags/": Row("/plates/{plate}/tags/", CAMERA, "post"),
    "plates/<str:text>/notes/<int:pk>/remove/": Row("/plates/{plate}/notes/{note}/remove/", AUTHOR, "post"),
    "plates/<str:text>/tags/<int:pk>/remove/": Row("/plates/{plate}/tags/{tag}/remove/", AUTHOR, "post"),
    "statistics/": Row("/statistics/", EVERYONE),
    "media/<path:path>": Row("/media/{picture}", CAMERA),
    "registry/": Row("/registry/", EVERYONE),
    "registry/lists/new/": Row("/registry/lists/new/", STAFF),
    "registry/lists/<int:pk>/": Row("/registry/lists/{list}/", EVERYONE),
    "registry/lists/<int:pk>/edit/": Row("/registry/lists/{list}/edit/", STAFF),
    "registry/lists/<int:pk>/delete/": Row("/registry/lists/{list}/delete/", STAFF, "post"),
    "registry/lists/<int:pk>/import/": Row("/registry/lists/{list}/import/", STAFF),
    "registry/lists/<int:pk>/export.csv": Row("/registry/lists/{list}/export.csv", EVERYONE),
    "registry/plates/new/": Row("/registry/plates/new/", STAFF),
    "registry/plates/<int:pk>/": Row("/registry/plates/{registered}/", EVERYONE),
    "registry/plates/<int:pk>/edit/": Row("/registry/plates/{registered}/edit/", STAFF),
    "registry/plates/<int:pk>/delete/": Row("/registry/plates/{registered}/delete/", STAFF, "post"),
    "gates/": Row("/gates/", EVERYONE),
    "gates/new/": Row("/gates/new/", STAFF),
    "gates/<int:pk>/edit/": Row("/gates/{gate}/edit/", STAFF),
    "gates/<int:pk>/delete/": Row("/gates/{gate}/delete/", STAFF, "post"),
    "gates/<int:pk>/open/": Row("/gates/{gate}/open/", GUARD, "post"),
    "gates/decisions/": Row("/gates/decisions/", EVERYONE),
    "gates/stays/": Row("/gates/stays/", EVERYONE),
    "gates/stays/<int:pk>/end/": Row("/gates/stays/{stay}/end/", GUARD, "post"),
    "gates/sites/new/": Row("/gates/sites/new/", STAFF),
    "gates/sites/<int:pk>/edit/": Row("/gates/sites/{site}/edit/", STAFF),
    "gates/sites/<int:pk>/delete/": Row("/gates/sites/{site}/delete/", STAFF, "post"),
    "gates/destinations/": Row("/gates/destinations/", STAFF),
    "gates/destinations/new/": Row("/gates/destinations/new/", STAFF),
    "gates/destinations/<int:pk>/": Row("/gates/destinations/{destination}/", STAFF),
    "gates/destinations/<int:pk>/edit/": Row("/gates/destinations/{destination}/edit/", STAFF),
    "gates/destinations/<int:pk>/secret/": Row("/gates/destinations/{destination}/secret/", STAFF, "post"),
    "gates/destinations/<int:pk>/test/": Row("/gates/destinations/{destination}/test/", STAFF, "post"),
    "gates/destinations/<int:pk>/again/": Row("/gates/destinations/{destination}/again/", STAFF, "post"),
    "gates/destinations/<int:pk>/delete/": Row("/gates/destinations/{destination}/delete/", STAFF, "post"),
    "gates/deliveries/": Row("/gates/deliveries/", STAFF),
    "gates/deliveries/<int:pk>/again/": Row("/gates/deliveries/{delivery}/again/", STAFF, "post"),
    "cameras/": Row("/cameras/", EVERYONE),
    "cameras/<slug:slug>/": Row("/cameras/{slug}/", CAMERA),
    "cameras/<slug:slug>/breakdown/": Row("/cameras/{slug}/breakdown/", CAMERA),
    "welcome/": Row("/welcome/", STAFF),
    "welcome/demo/": Row("/welcome/demo/", STAFF, "post"),
    "welcome/check/<slug:name>/": Row("/welcome/check/database/", STAFF, "post"),
    "dataset/": Row("/dataset/", LABELERS),
    "dataset/bulk/": Row("/dataset/bulk/", LABELERS, "post"),
    "dataset/undo/": Row("/dataset/undo/", LABELERS, "post"),
    "dataset/samples/<int:pk>/": Row("/dataset/samples/{sample}/", SAMPLE),
    "dataset/samples/<int:pk>/<str:kind>.jpg": Row("/dataset/samples/{sample}/frame.jpg", SAMPLE),
    "dataset/pick/<int:pk>/": Row("/dataset/pick/{detection}/", SAMPLE, "post"),
    "dataset/label/": Row("/dataset/label/", LABELERS),
    "dataset/label/next/": Row("/dataset/label/next/", LABELERS, "post"),
    "dataset/label/answer/": Row("/dataset/label/answer/", LABELERS, "post"),
    "dataset/label/undo/": Row("/dataset/label/undo/", LABELERS, "post"),
    "dataset/label/release/": Row("/dataset/label/release/", LABELERS, "post"),
    "dataset/label/renew/": Row("/dataset/label/renew/", LABELERS, "post"),
    "dataset/misreads/": Row("/dataset/misreads/", LABELERS),
    "dataset/mode/": Row("/dataset/mode/", LABELERS),
    "dataset/progress/": Row("/dataset/progress/", LABELERS),
    "dataset/exports/": Row("/dataset/exports/", LABELERS),
    "dataset/exports/<int:pk>/cancel/": Row("/dataset/exports/{export}/cancel/", STAFF, "post"),
    "dataset/exports/<int:pk>/delete/": Row("/dataset/exports/{export}/delete/", STAFF, "post"),
    "dataset/imports/": Row("/dataset/imports/", STAFF),
    "dataset/imports/<int:pk>/part/": Row("/dataset/imports/{import}/part/?at=0", STAFF, "post"),
    "dataset/imports/<int:pk>/delete/": Row("/dataset/imports/{import}/delete/", STAFF, "post"),
    "dataset/privacy/": Row("/dataset/privacy/", STAFF),
    "api/v1/recognize": Row("/api/v1/recognize", EVERYONE, "post"),
    "api/v1/plate-reader/": Row("/api/v1/plate-reader/", EVERYONE, "post"),
    "api/v1/plate-reader": Row("/api/v1/plate-reader", EVERYONE, "post"),
    "v1/plate-reader/": Row("/v1/plate-reader/", EVERYONE, "post"),
    "recognize": Row("/recognize", EVERYONE, "post"),
    "api/v1/^cameras/$": Row("/api/v1/cameras/", EVERYONE),
    "api/v1/^cameras/(?P<pk>[^/.]+)/$": Row("/api/v1/cameras/{camera}/", CAMERA),
    "api/v1/^detections/$": Row("/api/v1/detections/", EVERYONE),
    "api/v1/^detections/(?P<pk>[^/.]+)/$": Row("/api/v1/detections/{detection}/", CAMERA),
    "api/v1/^attempts/$": Row("/api/v1/attempts/", EVERYONE),
    "api/v1/^attempts/(?P<pk>[^/.]+)/$": Row("/api/v1/attempts/{attempt}/", CAMERA),
    "api/v1/^plate-lists/$": Row("/api/v1/plate-lists/", EVERYONE),
    "api/v1/^plate-lists/(?P<pk>[^/.]+)/$": Row("/api/v1/plate-lists/{list}/", EVERYONE),
    "api/v1/^registered-plates/$": Row("/api/v1/registered-plates/", EVERYONE),
    "api/v1/^registered-plates/(?P<pk>[^/.]+)/$": Row("/api/v1/registered-plates/{registered}/", EVERYONE),
    "api/v1/^decisions/$": Row("/api/v1/decisions/", EVERYONE),
    "api/v1/^decisions/(?P<pk>[^/.]+)/$": Row("/api/v1/decisions/{decision}/", CAMERA),
    "api/v1/^destinations/$": Row("/api/v1/destinations/", STAFF),
    "api/v1/^destinations/(?P<pk>[^/.]+)/$": Row("/api/v1/destinations/{destination}/", STAFF),
    "api/v1/^deliveries/$": Row("/api/v1/deliveries/", STAFF),
    "api/v1/^deliveries/(?P<pk>[^/.]+)/$": Row("/api/v1/deliveries/{delivery}/", STAFF),
    "api/v1/^deliveries/(?P<pk>[^/.]+)/send-again/$": Row("/api/v1/deliveries/{delivery}/send-again/", STAFF, "post"),
    "api/v1/^samples/$": Row("/api/v1/samples/", LABELERS),
    "api/v1/^samples/(?P<pk>[^/.]+)/$": Row("/api/v1/samples/{sample}/", SAMPLE),
    "api/v1/stats/": Row("/api/v1/stats/", EVERYONE),
    "api/schema/": Row("/api/schema/", EVERYONE),
    "api/docs/": Row("/api/docs/", EVERYONE),
    "account/tokens/": Row("/account/tokens/", EVERYONE),
    "account/tokens/<int:pk>/revoke/": Row("/account/tokens/{token}/revoke/", OWNER, "post"),
    "login/": Row("/login/", PUBLIC),
    "language/": Row("/language/", PUBLIC, "post"),
    "health": Row("/health", PUBLIC),
    "metrics": Row("/metrics", BY_TOKEN),
    "healthz": Row("/healthz", PUBLIC),
    "readyz": Row("/readyz", PUBLIC),
    "texts.js": Row("/texts.js", EVERYONE),
    "scan/": Row("/scan/", EVERYONE),
    "scan/manifest.webmanifest": Row("/scan/manifest.webmanifest", PUBLIC),
    "scan/worker.js": Row("/scan/worker.js", PUBLIC),
    "scan/offline/": Row("/scan/offline/", PUBLIC),
    "dataset/mode/switch/": Row("/dataset/mode/switch/", LABELERS, "post"),
    "logout/": Row("/logout/", EVERYONE, "post"),
}

FILES: dict[str, str] = {
    "dataset/exports/<int:pk>/dataset.zip": "dataset/exports/{export}/dataset.zip: staff, once the file is written",
}
"""Tested beside what writes the file."""

SOCKETS: dict[str, set[str]] = {
    "ws/live/": EVERYONE,
    "ws/preview/": EVERYONE,
    "ws/recognize/": EVERYONE,
    "ws/breakdown/": EVERYONE,
}
