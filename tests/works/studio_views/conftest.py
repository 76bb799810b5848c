import pytest

from tests.factories.people import cast


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def aisyah(client, people):
    client.force_login(people.aisyah)
    return client
