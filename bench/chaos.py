"""Kill workers, the web server and the database a hundred times while films come in.

    .venv/bin/python bench/chaos.py [--kills 100] [--films 12] [--seed N] [--database-url URL]

Exit code 1 when a film that was acknowledged is lost, or one ends neither done nor cleanly failed, or
`doctor` finds a fault. The short version is tests/engines/media/test_chaos.py.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Live through it and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--films", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.getrandbits(32))
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL; default: SQLite")
    wanted = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"  # for the factories, no more
    import django

    django.setup()
    from tests.engines.media.chaos import Town, films_in, live_through

    with tempfile.TemporaryDirectory(prefix="kodipest-chaos-") as folder:
        home = Path(folder) / "home"
        (home / "db").mkdir(parents=True)
        url = wanted.database_url or f"sqlite:///{home / 'db' / 'kodipest.sqlite3'}"
        town = Town(home, url)
        films = films_in(Path(folder), wanted.films)
        outcome = live_through(town, films, kills=wanted.kills, seed=wanted.seed)
        examined = json.loads(town.manage("doctor", "--json", "--deep"))
        town.manage("sweep")
        left = town.processes()
    report = {
        "seed": wanted.seed,
        "kills": outcome.kills,
        "acknowledged": len(outcome.sent),
        "refused": len(outcome.refused),
        "lost": outcome.lost(),
        "unclean": outcome.unclean(),
        "faults": examined["faults"],
        "processes left": left,
    }
    print(json.dumps(report, indent=1))
    return int(bool(report["lost"] or report["unclean"] or report["faults"] or left))


if __name__ == "__main__":
    sys.exit(main())
