"""What a node knows about itself without being told: its secret and its names."""

import os
import secrets
import socket
from pathlib import Path


def secret_key(home: Path) -> str:
    """Return the key that signs cookies and links, made once, readable by the owner only."""
    path = home / "keys" / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_when_written(path)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text()


def _read_when_written(path: Path) -> str:
    """Read the key; the process that lost the race to create it may meet it still empty."""
    for _attempt in range(100):
        if key := path.read_text():
            return key
        os.sched_yield()
    msg = f"{path} is empty; remove it and start again (people will have to sign in anew)."
    raise RuntimeError(msg)


def own_names() -> list[str]:
    """Names and addresses under which this computer is reached on its own network."""
    host = socket.gethostname()
    names = {"localhost", "127.0.0.1", "[::1]", host, f"{host}.local"}
    try:
        names |= {str(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET)}
    except socket.gaierror:  # a laptop whose own name is in no hosts file
        names.add("127.0.1.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET: routes, sends nothing
            names.add(probe.getsockname()[0])
        except OSError:  # no network at all: the loopback names are enough
            names.add("127.0.0.1")
    return sorted(names)
