"""Fail when a locked version is older than the one that closes a known hole (floors.txt)."""

import re
import sys
from pathlib import Path

from packaging.version import Version

HERE = Path(__file__).parent
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)


def floors() -> dict[str, Version]:
    """Read the floor of each package."""
    lines = (HERE / "floors.txt").read_text().splitlines()
    rows = [line.split(maxsplit=2) for line in lines if line and not line.startswith("#")]
    return {name: Version(floor) for name, floor, _why in rows}


def faults() -> list[str]:
    """Name each pin that is below its floor."""
    known = floors()
    return [
        f"{lock.name}: {name} {version}, at least {known[name]} is needed"
        for lock in sorted(HERE.glob("*.txt"))
        for name, version in PIN.findall(lock.read_text())
        if name in known and Version(version) < known[name]
    ]


if __name__ == "__main__":
    found = faults()
    print("\n".join(found) or f"{len(floors())} version floors hold")
    sys.exit(bool(found))
