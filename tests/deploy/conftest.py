import secrets

import pytest

from kodipest.engines.media import storage, stores
from tests.deploy import bucket
from tests.together import together

__all__ = ["together"]


@pytest.fixture(scope="session")
def weed():
    """One server for the run."""
    with bucket.running() as door:
        yield door


@pytest.fixture
def hub(settings, tmp_path, weed):
    """Let this process be a machine of a hub; return how the settings name the bucket."""
    name = f"b{secrets.token_hex(6)}"
    weed.new_bucket(name)
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_RESERVE_BYTES = 0
    settings.MEDIA_BUCKET = {
        "bucket_name": name,
        "endpoint_url": weed.url,
        "region_name": "us-east-1",
        "access_key": bucket.OWNER[0],
        "secret_key": bucket.OWNER[1],
    }
    settings.MEDIA_BUCKET_TRIES = 3
    settings.MEDIA_BUCKET_PATIENCE = 0
    settings.MEDIA_STORE = "kodipest.engines.media.stores_bucket.Bucket"
    storage.originals()
    storage.renditions()
    return settings.MEDIA_BUCKET


@pytest.fixture
def store(hub):
    return stores.chosen()
