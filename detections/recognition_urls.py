"""The addresses of the recognition service; those of other systems are the ones that their clients expect."""

from __future__ import annotations

from django.urls import path

from detections.recognition_api import RecognizeView
from detections.recognition_compat import PlainView, PlateReaderView

urlpatterns = [
    path("api/v1/recognize", RecognizeView.as_view(), name="recognize"),
    path("api/v1/plate-reader/", PlateReaderView.as_view(), name="plate-reader"),
    path("api/v1/plate-reader", PlateReaderView.as_view()),
    path("v1/plate-reader/", PlateReaderView.as_view()),
    path("recognize", PlainView.as_view(), name="recognize-plain"),
]
