"""Queries that depend on the day and on nothing else: built once, handed out as copies.

To build the question who may be seen takes Django longer than the database takes to answer it.
"""

from collections.abc import Callable, Hashable
from datetime import date
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.db.models import Model, QuerySet

from kodipest.kernel.time import today

Row = TypeVar("Row", bound=Model)
Asked = ParamSpec("Asked")
KEPT = 16  # of a function: a day each, and whatever it is asked with


def daily(build: Callable[Asked, QuerySet[Row]]) -> Callable[Asked, QuerySet[Row]]:
    """Let `build` build each of its querysets once a day. What it is asked with must be hashable."""

    @lru_cache(maxsize=KEPT)
    def built(_day: date, *asked: Any, **named: Any) -> QuerySet[Row]:
        return build(*asked, **named)

    @wraps(build)
    def copied(*asked: Asked.args, **named: Asked.kwargs) -> QuerySet[Row]:
        return built(today(), *asked, **cast("dict[str, Hashable]", named)).all()

    return copied
