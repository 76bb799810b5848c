"""Modules that take minutes begin first, one on each worker: so none ends alone with the others idle.

xdist gives each worker a stretch of the list, to be walked in its order, and lets idle workers steal
from the end of another's. Within a stretch the order stays random. One walk on the site comes first and makes
it; the others come last of the long ones, when it is there: who comes sooner waits for it.
"""

import os
from itertools import groupby, islice
from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal what is marked `long` to the workers; alone the order stays as it is."""
    if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
        items[:] = dealt(items, workers)


def dealt(items: list[Any], workers: int) -> list[Any]:
    """Return `items`, tests, in stretches as xdist will cut them, a share of the long modules before each."""
    long = [item for item in items if item.get_closest_marker("long")]
    modules = [list(module) for _path, module in groupby(long, lambda item: item.path)]
    walks = [module for module in modules if "prototype" in module[0].fixturenames]
    others = [module for module in modules if module not in walks]
    modules = [*walks[:1], *others, *walks[1:]]
    short = iter([item for item in items if not item.get_closest_marker("long")])
    order: list[Any] = []
    for worker in range(workers):
        end = len(order) + (len(items) - len(order)) // (workers - worker)
        for module in modules[worker::workers]:
            order += module
        order += islice(short, max(0, end - len(order)))
    return [*order, *short]
