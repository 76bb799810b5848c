"""Kill workers, the web server and the database a hundred times while films come in.

    .venv/bin/python bench/chaos.py [--kills 100] [--films 12] [--seed N] [--postgresql | --database-url URL]

With `--postgresql` the site has a cluster of its own, with fsync, and the whole of it is killed. Half of
the films come by tus, half are long enough for sections. Exit code 1 when a film or a byte that was
acknowledged is lost, or one ends neither done nor cleanly failed, or `doctor` finds a fault. The short version is tests/engines/media/test_chaos.py.
"""

import argparse
import contextlib
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


BAD = ("lost", "bytes taken back", "unclean", "faults", "processes left")


def main() -> int:
    """Live through it and tell."""
    report = live(options())
    print(json.dumps(report, indent=1))
    return int(any(report[name] for name in BAD))


def options() -> argparse.Namespace:
    """Read what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--films", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.getrandbits(32))
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--postgresql", action="store_true", help="a cluster of its own, killed too")
    where.add_argument("--database-url", default="", help="an empty PostgreSQL; default: SQLite")
    return parser.parse_args()


def live(wanted: argparse.Namespace) -> dict[str, Any]:
    """Open a site, send films to it, kill what can be killed; return what was seen."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"  # for the factories, no more
    import django

    django.setup()
    from tests.engines.media.chaos import Town, films_in, live_through
    from tests.on_postgresql import SAFE, Server

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kodipest-chaos-"))
        home = Path(folder) / "home"
        (home / "db").mkdir(parents=True)
        url = wanted.database_url or f"sqlite:///{home / 'db' / 'kodipest.sqlite3'}"
        cluster = Server(SAFE) if wanted.postgresql else None
        if cluster:
            url = cluster.start()
            stack.callback(cluster.stop)
        town = Town(home, url, cluster)
        outcome = live_through(
            town, films_in(Path(folder), wanted.films), kills=wanted.kills, seed=wanted.seed
        )
        examined = json.loads(town.manage("doctor", "--json", "--deep"))
        town.manage("sweep")
        return {
            "seed": wanted.seed,
            "kills": outcome.kills,
            "of workers in a section": outcome.in_sections,
            "sent by tus": len(set(outcome.in_parts)),
            "acknowledged": len(outcome.sent),
            "refused": len(outcome.refused),
            "lost": outcome.lost(),
            "bytes taken back": outcome.taken_back,
            "unclean": outcome.unclean(),
            "faults": examined["faults"],
            "processes left": town.processes(),
        }


if __name__ == "__main__":
    sys.exit(main())
