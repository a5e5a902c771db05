"""The addresses of the API, version 1: what each app's ``api.py`` offers."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from cameras.api import CameraViewSet
from detections.api import AttemptViewSet, DetectionViewSet
from detections.delivery_api import DeliveryViewSet, DestinationViewSet
from detections.registry_api import DecisionViewSet, PlateListViewSet, RegisteredPlateViewSet
from detections.stats_api import StatsView
from labeling.api import SampleViewSet

router = SimpleRouter()
router.register("cameras", CameraViewSet, basename="camera")
router.register("detections", DetectionViewSet, basename="detection")
router.register("attempts", AttemptViewSet, basename="attempt")
router.register("plate-lists", PlateListViewSet, basename="plate-list")
router.register("registered-plates", RegisteredPlateViewSet, basename="registered-plate")
router.register("decisions", DecisionViewSet, basename="decision")
router.register("destinations", DestinationViewSet, basename="destination")
router.register("deliveries", DeliveryViewSet, basename="delivery")
router.register("samples", SampleViewSet, basename="sample")

app_name = "api"
urlpatterns = [*router.urls, path("stats/", StatsView.as_view(), name="stats")]
