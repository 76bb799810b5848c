import pytest
from django.contrib.auth import get_user_model

from kodipest.engines.media.operations import begin_arrival
from tests.engines.media.operations.arrivals.hands import CONTENT
from tests.together import together

__all__ = ["together"]


@pytest.fixture(autouse=True)
def house(settings):
    settings.MEDIA_RESERVE_BYTES = 0
    settings.UPLOAD_TARGETS = "tests.engines.media.arrivals.house.group_of"


@pytest.fixture
def aisyah(db):
    return get_user_model().objects.create(username="aisyah")


@pytest.fixture
def arrival(aisyah):
    return begin_arrival(by=aisyah, length=len(CONTENT), name="f.mp4")
