"""What a node knows about itself without being told: its secret and its names."""

import ipaddress
import os
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil


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
    """Names and addresses under which this computer is reached on its own network, now.

    Its host name, alone and as mDNS has it, and the addresses of its own interfaces that the internet
    does not route. Nobody else is asked: a laptop without a network would wait for its name server.
    """
    host = socket.gethostname().lower()
    names = {"localhost", "127.0.0.1", "[::1]", host, f"{host.removesuffix('.local')}.local"}
    for interface in psutil.net_if_addrs().values():
        for found in interface:
            if found.family in {socket.AF_INET, socket.AF_INET6}:
                names |= _as_host(found.address)
    return sorted(names)


def _as_host(address: str) -> set[str]:
    """Spell an address as a browser does in the Host header; nothing for one that is public."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return set()
    if ip.is_global or ip.is_unspecified:
        return set()
    return {f"[{ip}]" if ip.version == 6 else str(ip)}


class OwnNames(list[str]):
    """`own_names` as ALLOWED_HOSTS: a router that deals out another address needs no restart.

    Looked up again after `REFRESH_SECONDS` at the earliest. There is no wildcard in it, so a page of
    somebody else whose name is made to point here (DNS rebinding) is refused: its name is not ours.
    """

    REFRESH_SECONDS = 5.0

    def __init__(self) -> None:
        super().__init__(own_names())
        self._looked_at = time.monotonic()

    def __iter__(self) -> Iterator[str]:
        if time.monotonic() - self._looked_at > self.REFRESH_SECONDS:
            self._looked_at = time.monotonic()  # first: one thread looks, the others go on
            self[:] = own_names()
        return iter(tuple(super().__iter__()))
