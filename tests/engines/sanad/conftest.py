import pytest

from kodipest.engines.sanad.keys import SiteKey
from tests.engines.sanad import chains


@pytest.fixture(scope="session")
def key():
    return SiteKey.generate()


@pytest.fixture(scope="session")
def links(key):
    return chains.chain(key)


@pytest.fixture(scope="session")
def document(links, key):
    return chains.exported(links, key)
