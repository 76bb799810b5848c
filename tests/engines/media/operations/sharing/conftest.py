import pytest

from kodipest.engines.media.operations import adopt_file, claim_next, request_transcode, sharing
from kodipest.engines.media.operations.requests import plan_of
from tests.factories.media import film


@pytest.fixture(scope="session")
def feature(tmp_path_factory):
    """A film of 13 seconds at 60 frames a second: too lively to be copied."""
    return film(tmp_path_factory.mktemp("long") / "long.mp4", seconds=13, size="160x120", rate=60)


@pytest.fixture
def asked(feature, settings):
    """It, asked for: with these settings it has sections from 0, 4 and 8 s on."""
    settings.ENCODER_LONG_SECONDS = 8
    settings.ENCODER_SECTION_SECONDS = 4
    settings.ENCODER_THREADS = 1
    return request_transcode(original=adopt_file(path=feature))


@pytest.fixture
def taken(asked):
    """It, at work at another worker, its sections laid out."""
    film = claim_next(worker="first/1/1")
    (recipe,) = plan_of(film.original)
    sharing.lay_out(film, recipe, sharing.cuts_of(film, recipe))
    return film
