"""Everything is killed at random while films come in, and nothing is lost: the short version."""

import json
import secrets

import pytest

from tests.engines.media.chaos import Town, films_in, live_through
from tests.engines.media.sites import database_for

pytestmark = pytest.mark.long
KILLS = 14


@pytest.fixture
def town(tmp_path):
    home = tmp_path / "home"
    (home / "db").mkdir(parents=True)
    with database_for(home) as url:
        town = Town(home, url)
        yield town
        town.close()


def test_bad_luck_loses_no_film(town, tmp_path):
    seed = secrets.randbits(32)
    print(f"random seed {seed}")  # noqa: T201 -- shown with a failure

    outcome = live_through(town, films_in(tmp_path, 4), kills=KILLS, seed=seed)

    assert sum(outcome.kills.values()) == KILLS
    assert outcome.lost() == outcome.taken_back == []
    assert set(outcome.in_parts) <= {*outcome.sent, *outcome.refused}
    assert len(set(outcome.in_parts)) == 2
    assert outcome.unclean() == []
    assert len(outcome.sent) >= 3
    assert {state for part, state, _code in outcome.rows if part == "base"} >= {"done"}
    examined = json.loads(town.manage("doctor", "--json", "--deep"))
    assert (examined["ok"], examined["faults"]) == (True, [])
    town.manage("sweep")
    assert town.processes() == []
