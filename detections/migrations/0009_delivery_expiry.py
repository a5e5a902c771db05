"""Every delivery ends some time: a day after its event, or sooner."""

from django.db import migrations, models

import detections.delivery_models


class Migration(migrations.Migration):
    dependencies = [("detections", "0008_index_plates")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="expires_at",
            field=models.DateTimeField(default=detections.delivery_models.a_day_from_now),
        ),
    ]
