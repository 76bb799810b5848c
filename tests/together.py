"""Several people at the same moment: each act in a thread and a connection of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

PATIENCE_SECONDS = 60

Act = Callable[[], Any]
Together = Callable[..., list[Any]]


def _run(act: Act, start: threading.Barrier) -> Any:
    start.wait(PATIENCE_SECONDS)
    try:
        return act()
    except Exception as error:  # noqa: BLE001 -- handed to the test
        return error
    finally:
        connections.close_all()


def act_together(*acts: Act) -> list[Any]:
    """Begin all `acts` at once; return what each returned, or the exception it raised."""
    start = threading.Barrier(len(acts))
    with ThreadPoolExecutor(len(acts)) as pool:
        waiting = [pool.submit(_run, act, start) for act in acts]
        return [each.result(PATIENCE_SECONDS) for each in waiting]


@pytest.fixture
def together(transactional_db: None, tmp_path: Path) -> Iterator[Together]:
    """Give `act_together` a database that several connections can share as on a real site.

    The suite's SQLite lives in memory, where locks work differently: for this test it moves into a
    file. PostgreSQL is as it is.
    """
    if connection.vendor != "sqlite" or not connection.is_in_memory_db():
        yield act_together
        return
    in_memory, usual = connections["default"], connections.settings["default"]
    file = tmp_path / "together.sqlite3"
    with in_memory.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    connections.settings["default"] = usual | {"NAME": str(file)}
    del connections["default"]
    try:
        yield act_together
    finally:
        connections["default"].close()
        connections.settings["default"] = usual
        connections["default"] = in_memory
