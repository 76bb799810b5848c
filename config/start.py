"""`python -m config.start [--demo]`: make the state folder ready, then keep web and worker alive.

The process stays small: it reads no Django, and it becomes the supervisor itself. Whatever ends it,
Ctrl-C, a closed terminal, SIGTERM or even SIGKILL, ends its programs too.
"""

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import IO, Any

from supervisor.medusa import asyncore_25 as asyncore
from supervisor.options import ServerOptions
from supervisor.states import SupervisorStates
from supervisor.supervisord import Supervisor

from config.leash import end_with
from kodipest.web import preparation
from kodipest.web.terminal import both

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "deploy" / "node" / "supervisord.conf"
ENDINGS = {signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP}


class CannotStart(Exception):
    """Carries the sentence to show."""


class Leash(ServerOptions):  # type: ignore[misc]
    """Programs that are told to stop when the supervisor is gone, however it went."""

    def __init__(self) -> None:
        super().__init__()
        self.parent = os.getpid()

    def execve(self, filename: str, argv: list[str], env: dict[str, str]) -> None:
        """Become the program; runs in the child, between fork and exec."""
        end_with(self.parent)
        super().execve(filename, argv, env)


class House(Supervisor):  # type: ignore[misc]
    """A supervisor for which a closed terminal is an end, not a wish to read its settings again."""

    def handle_signal(self) -> None:
        """Leave the main loop in good order on each signal that means "enough"."""
        if self.options.get_signal() in ENDINGS:
            self.options.mood = SupervisorStates.SHUTDOWN


def lock_home(home: Path) -> IO[str]:
    """Take the state folder for this process; two supervisors on one folder would fight over it."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("run", "log"):
        (home / name).mkdir(exist_ok=True, mode=0o700)
    lock = (home / "run" / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise CannotStart(
            both(
                f"KodiPest sudah berjalan dengan folder {home} (proses {lock.read().strip() or '?'}). "
                "Hentikan dulu dengan Ctrl-C, atau pilih folder lain: make run KODIPEST_HOME=folder",
                f"KodiPest already runs on the folder {home}. Stop it with Ctrl-C, "
                "or choose another folder: make run KODIPEST_HOME=folder",
            )
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def require_free_port(host: str, port: int) -> None:
    """Raise CannotStart in words when nobody could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            other = port + 1 if port < 65535 else 8000
            raise CannotStart(
                both(
                    f"Alamat {host}:{port} tidak dapat dipakai ({error.strerror}); mungkin program lain "
                    f"memakainya. Pilih yang lain: make run PORT={other}",
                    f"{host}:{port} cannot be used; another program may hold it. "
                    f"Choose another: make run PORT={other}",
                )
            ) from None


def prepare(home: Path) -> None:
    """Run `manage.py prepare`, unless nothing has changed since it last succeeded."""
    demo = os.environ["KODIPEST_DEMO"] == "1"
    if preparation.is_ready(home, demo=demo):
        return
    command = [sys.executable, "manage.py", "prepare", *(["--demo"] if demo else [])]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        raise CannotStart(
            both("Persiapan belum berhasil; lihat pesan di atas.", "Preparation failed; see above.")
        )


def announce(home: Path) -> None:
    """Start what says where the first page is, and with the demo goes on to build its films.

    It is none of the supervisor's programs: it speaks where we speak, which may be a socket of systemd
    or a file of somebody else, and these cannot be opened by name.
    """
    with (home / "log" / "announce.log").open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", "config.announce"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us; it ends when we do
            preexec_fn=partial(end_with, os.getpid()),  # noqa: PLW1509 - this process has no threads
        )


def supervise() -> None:
    """Keep the programs of a node alive until a signal ends them all."""
    options = Leash()
    options.realize(["-c", str(PROGRAMS)], doc=__doc__)
    options.first = True
    options.test = False
    house = House(options)
    try:
        house.main()
    except asyncore.ExitNow:
        options.close_httpservers()
        options.close_logger()


class Foreground:
    """While inside, Ctrl-C reaches this process alone: `make` ends well because we do.

    Without it the terminal interrupts `make` too, which reports an error for a wished-for end.
    """

    def __enter__(self) -> None:
        self.owner: int | None = None
        if not sys.stdin.isatty():
            return
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        owner = os.tcgetpgrp(0)
        if owner != os.getpgrp() or owner == os.getpid():
            return  # in the background, or started without make: nothing to take
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpgrp())
        self.owner = owner

    def __exit__(self, *_: Any) -> None:
        if self.owner is None:
            return
        try:
            os.tcsetpgrp(0, self.owner)
        except OSError as error:  # the terminal was closed: nobody waits for it any more
            sys.stderr.write(f"{error}\n") if sys.stderr.isatty() else None


def settle(demo: bool) -> tuple[Path, str, int]:
    """Read where to live and where to listen, and put it where the programs look for it."""
    home = Path(os.environ.get("KODIPEST_HOME") or ROOT / "var").resolve()
    host = os.environ.get("HOST") or "127.0.0.1"
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(both(f"PORT={text} bukan angka 1-65535.", f"PORT={text} is not 1-65535."))
    os.environ |= {
        "KODIPEST_HOME": str(home),
        "KODIPEST_PYTHON": sys.executable,
        "KODIPEST_DEMO": "1" if demo else "0",
        "HOST": host,
        "PORT": text,
        "PYTHONUNBUFFERED": "1",
    }
    return home, host, int(text)


def main() -> int:
    """Start a node and return the exit code."""
    arguments = argparse.ArgumentParser(prog="python -m config.start", description=__doc__)
    arguments.add_argument(
        "--demo", action="store_true", help="fill an empty site with demo people and works"
    )
    try:
        home, host, port = settle(arguments.parse_args().demo)
        lock = lock_home(home)
        require_free_port(host, port)
        with Foreground():
            prepare(home)
            announce(home)
            supervise()
        lock.close()
    except CannotStart as reason:
        sys.stderr.write(f"\n{reason}\n\n")
        return 1
    except KeyboardInterrupt:  # during preparation: it goes on from there at the next start
        return 130
    sys.stdout.write(
        both("\nKodiPest berhenti; semua tersimpan.", "KodiPest stopped; everything is kept.")
        + "\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
