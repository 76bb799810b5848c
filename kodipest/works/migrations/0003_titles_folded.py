from typing import Any

from django.db import migrations, models

from kodipest.kernel.text import folded

AT_ONCE = 1000


def fold_titles(apps: Any, _schema: Any) -> None:
    """Fold the titles that are there, a thousand rows at a time."""
    for name in ("Work", "Revision"):
        model = apps.get_model("works", name)
        rows = []
        for row in model.objects.only("pk", "title").iterator(chunk_size=AT_ONCE):
            row.title_folded = folded(row.title)
            rows.append(row)
            if len(rows) == AT_ONCE:
                model.objects.bulk_update(rows, ["title_folded"])
                rows.clear()
        model.objects.bulk_update(rows, ["title_folded"])


class Migration(migrations.Migration):
    dependencies = [("works", "0002_captions")]

    operations = [
        migrations.AddField(
            "work", "title_folded", models.TextField(default="", editable=False)
        ),
        migrations.AddField(
            "revision", "title_folded", models.TextField(default="", editable=False)
        ),
        migrations.RunPython(fold_titles, migrations.RunPython.noop),
    ]
