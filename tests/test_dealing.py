"""Long modules begin first, whole, one on each worker; nothing is lost on the way."""

from pathlib import Path
from typing import Any

import pytest

from tests.dealing import dealt


class Item:
    def __init__(self, name: str, *, is_long: bool) -> None:
        self.name, self.path, self.is_long = name, Path(name.partition(":")[0]), is_long
        self.fixturenames = ["prototype"] if name.startswith("walk") else []

    def get_closest_marker(self, _name: str) -> object | None:
        return self if self.is_long else None


def items(*, long: int, short: int) -> list[Any]:
    """Return three tests of each of `long` modules, and `short` modules of one test between them."""
    names = [(f"long{number}:{each}", True) for number in range(long) for each in range(3)]
    names[3:3] = [(f"short{number}:0", False) for number in range(short)]
    return [Item(name, is_long=is_long) for name, is_long in names]


@pytest.mark.parametrize("long", [0, 1, 3, 4])
@pytest.mark.parametrize("short", [0, 1, 50])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_nothing_is_lost_and_modules_stay_whole(long: int, short: int, workers: int) -> None:
    given = items(long=long, short=short)

    found = dealt(given, workers)

    assert sorted(item.name for item in found) == sorted(item.name for item in given)
    places = [
        index for index, item in enumerate(found) if item.name.endswith(":0") and item.is_long
    ]
    for place in places:
        assert len({item.path for item in found[place : place + 3]}) == 1
    shorts = [item for item in given if not item.is_long]
    assert [item for item in found if not item.is_long] == shorts  # in the order they came in


def test_each_stretch_begins_with_a_long_module() -> None:
    found = dealt(items(long=4, short=48), 3)  # 60 tests: twenty for each

    assert [found[start].path.name for start in (0, 20, 40)] == ["long0", "long1", "long2"]
    assert found[3].path.name == "long3"


def test_one_walk_makes_the_site_and_the_others_come_when_it_is_there() -> None:
    names = [*"abc", "walk1", "walk2", *"defgh", "walk3", "i"]

    found = dealt([Item(f"{name}:0", is_long=True) for name in names], 3)

    begins = [found[start].path.name for start in (0, 4, 8)]
    ends = [found[end].path.name for end in (3, 7, 11)]
    assert [name.startswith("walk") for name in (*begins, *ends)] == [1, 0, 0, 0, 1, 1]
