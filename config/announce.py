"""`python -m config.announce`: wait for the first page, say where it is, then let the demo films begin."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from config.node_identity import own_names
from kodipest.web.terminal import both

PATIENCE_SECONDS = 120
EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not bound to


def wait_for(address: str) -> bool:
    """Return True as soon as the site answers for its own health, False when patience ends."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            with opener.open(f"{address}/healthz", timeout=5) as answer:
                return bool(json.load(answer))
        except urllib.error.HTTPError:
            return True  # it answers; what ails it stands in the answer and in the log
        except OSError:
            time.sleep(0.05)
    return False


def addresses(host: str, port: str) -> list[str]:
    """List where a browser finds the site: this computer first, then the phones on its network."""
    if host not in EVERYWHERE:
        return [f"http://{host}:{port}"]
    outside = [name for name in own_names() if name[0].isdigit() and not name.startswith("127.")]
    return [f"http://{name}:{port}" for name in ("127.0.0.1", *outside)]


def main() -> None:
    """Announce, then become the seeding of the films where the demo is on."""
    host, port, home = os.environ["HOST"], os.environ["PORT"], Path(os.environ["KODIPEST_HOME"])
    found = addresses(host, port)
    if not wait_for(found[0]):
        sys.stdout.write(
            both(
                f"Situs belum menjawab; lihat {home}/log/web.log",
                f"No answer yet; see {home}/log/web.log",
            )
            + "\n"
        )
        sys.exit(1)
    lines = ["", "  KodiPest: " + "  ".join(found), ""]
    if os.environ.get("KODIPEST_DEMO") == "1":
        lines += accounts(home)
    lines += [f"  Data: {home}   Log: {home}/log   Berhenti / stop: Ctrl-C", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    if os.environ.get("KODIPEST_DEMO") == "1":
        seed_films(home)


def accounts(home: Path) -> list[str]:
    """Read who can sign in, as the seeding wrote it down: user name, role, password."""
    file = home / "demo-accounts.txt"
    if not file.exists():
        return []
    title = both(
        "  Masuk tanpa sandi di /demo/masuk/, atau dengan akun contoh:",
        "  Sign in with one click at /demo/masuk/, or with a demo account:",
    )
    films = both(
        "  Film contoh digambar dan disiapkan sambil Anda melihat-lihat.",
        "  The demo films are drawn and prepared while you look around.",
    )
    return [title, *(f"    {line}" for line in file.read_text().splitlines()), "", films, ""]


def seed_films(home: Path) -> None:
    """Go on as `seed_demo`, gently, writing to its own log."""
    log = os.open(home / "log" / "seed.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.nice(10)
    os.execv(sys.executable, [sys.executable, "manage.py", "seed_demo"])


if __name__ == "__main__":
    main()
