"""One machine of a hub under test: the suite's settings, a bucket, a cache that machines share."""

from config.settings.test import *

MEDIA_STORE = "kodipest.engines.media.stores_bucket.Bucket"
MEDIA_BUCKET = {
    "bucket_name": env("KODIPEST_BUCKET"),
    "endpoint_url": env("KODIPEST_BUCKET_URL"),
    "region_name": "us-east-1",
    "access_key": env("KODIPEST_BUCKET_KEY"),
    "secret_key": env("KODIPEST_BUCKET_SECRET"),
}
MEDIA_BUCKET_TRIES = 3
MEDIA_BUCKET_PATIENCE = env.float("KODIPEST_BUCKET_PATIENCE", default=20.0)
MEDIA_GRACE_SECONDS = 0.0
MEDIA_RESERVE_BYTES = 0
ENCODER_PRESET = "ultrafast"
ENCODER_ADDITIONS = ["high"]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": env("KODIPEST_SHARED_CACHE"),
    }
}
