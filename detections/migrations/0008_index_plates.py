"""Makes the plates of the detections that are there already findable by any part of them."""

from django.apps.registry import Apps
from django.db import migrations

FOLD = str.maketrans("BDGIOQSZ", "80610052")
BATCH = 500


def index_plates(apps: Apps, schema_editor: object) -> None:
    tails = apps.get_model("detections", "PlateTail")
    rows = apps.get_model("detections", "Detection").objects.exclude(plate_norm="").order_by()
    batch = []
    for plate in rows.values_list("plate_norm", flat=True).distinct().iterator():
        text = plate.translate(FOLD)
        batch += [tails(tail=text[start:], plate=plate) for start in range(len(text))]
        if len(batch) >= BATCH:
            tails.objects.bulk_create(batch, ignore_conflicts=True)
            batch = []
    tails.objects.bulk_create(batch, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [("detections", "0007_gate_rights")]

    operations = [migrations.RunPython(index_plates, migrations.RunPython.noop)]
