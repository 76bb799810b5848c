"""A node: nothing of a hub is loaded on it."""

import os
import subprocess
import sys


def test_a_node_imports_nothing_of_a_bucket():
    program = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()
import config.urls
from kodipest.engines.media import stores
print(type(stores.chosen()).__name__, [name for name in ("boto3", "botocore", "storages") if name in sys.modules])
"""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=environment
    )
    assert said.stdout.decode().split("\n")[-2] == "Disk []"
