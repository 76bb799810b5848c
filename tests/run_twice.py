"""`make test`: the whole suite on SQLite, then on PostgreSQL. Arguments go to pytest both times."""

import os
import subprocess
import sys

COVERAGE_FLOOR = 95
EACH_TIME = ["-n2", "--durations=10", "--cov"]


def run(*options: str) -> int:
    """Run pytest once and return its exit code."""
    command = [sys.executable, "-m", "pytest", *EACH_TIME, *options, *sys.argv[1:]]
    return subprocess.run(command, env=undisturbed(), check=False).returncode


def undisturbed() -> dict[str, str]:
    """Leave out what would lead the suite to a living site: its folder, its database, its secrets."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KODIPEST_") and not name.endswith(("_URL", "SECRET_KEY"))
    }


def main() -> int:
    """Run both; the second also judges the branch coverage of both together."""
    print("SQLite", flush=True)
    first = run("--cov-report=")
    print("PostgreSQL", flush=True)
    floor = f"--cov-fail-under={COVERAGE_FLOOR}"
    second = run("-p", "tests.on_postgresql", "--cov-append", "--cov-report=term", floor)
    if first:
        print("The first run, on SQLite, failed: see above.", file=sys.stderr)
    return first or second


if __name__ == "__main__":
    sys.exit(main())
