"""`make test`: the whole suite on SQLite, then what asks a database on PostgreSQL. Arguments go to pytest both times."""

import os
import subprocess
import sys

# One more than there are cores: some test always waits for a line, a page or a worker.
WORKERS = min(len(os.sched_getaffinity(0)) + 1, 6)
EACH_TIME = [f"-n{WORKERS}", "--durations=10"]


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
    """Run both. How much of the code the first walks is `make coverage`: measuring costs a quarter."""
    print("SQLite", flush=True)
    first = run()
    print("PostgreSQL", flush=True)
    second = run("-p", "tests.on_postgresql")
    if first:
        print("The first run, on SQLite, failed: see above.", file=sys.stderr)
    return first or second


if __name__ == "__main__":
    sys.exit(main())
