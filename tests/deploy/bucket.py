"""A bucket on loopback: SeaweedFS, which knows policies, parts, ranges and signed addresses."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import psutil
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.deploy.caddy import STARTS_WITHIN_SECONDS

PROGRAM = shutil.which("weed", path=Path(sys.executable).parent)
OWNER, READER = ("hub", "hub-secret"), ("reader", "reader-secret")
DOORS = ("s3.port", "master.port", "volume.port", "filer.port")


class Door(NamedTuple):
    """A running server: where it listens, and its process."""

    address: str
    server: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def client(self, key: str = OWNER[0], secret: str = OWNER[1]) -> Any:
        """Return a client of its own, with no patience."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def new_bucket(self, name: str) -> None:
        """Make a bucket as docs/howto/run-a-hub.md says: `public/` is open to everybody, nothing else."""
        client = self.client()
        client.create_bucket(Bucket=name)
        client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy(name)))


def policy(name: str) -> dict[str, Any]:
    """Let everybody read what is published, and list nothing."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{name}/public/*"],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@contextlib.contextmanager
def running(*, megabytes: int = 0) -> Iterator[Door]:
    """Run a server in a folder of its own; with `megabytes` it has room for about so much."""
    end_those_of_killed_runs()
    folder = Path(tempfile.mkdtemp(prefix=f"kodipest-weed-{os.getpid()}-"))
    keys = folder / "keys.json"
    keys.write_text(
        json.dumps({"identities": [identity(OWNER, "Admin"), identity(READER, "Read")]})
    )
    # Each door has a second one for its own kind, 10,000 higher.
    ports = {door: pair_of_ports() for door in DOORS}
    command = [
        *(str(PROGRAM), f"-logdir={folder}", "server", f"-dir={folder}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", f"-s3.config={keys}"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", "-master.telemetry=false"),
        *(
            f"-master.volumeSizeLimitMB={megabytes or 1024}",
            f"-volume.max={1 if megabytes else 2000}",
        ),
        *(f"-{door}={port}" for door, port in ports.items()),
    ]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    door = Door(f"127.0.0.1:{ports['s3.port']}", server)
    try:
        wait_until_it_keeps(door, log)
        yield door
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def identity(who: tuple[str, str], *actions: str) -> dict[str, Any]:
    """Describe one key and what it opens."""
    name, secret = who
    keys = [{"accessKey": name, "secretKey": secret}]
    return {"name": name, "credentials": keys, "actions": list(actions)}


def pair_of_ports() -> int:
    """Return a port that is free, as is the one 10,000 higher.

    Both lie below those that a system gives to whoever calls out: a moment later they are free still.
    """
    while True:
        port = 10_000 + secrets.randbelow(12_000)
        with socket.socket() as one, socket.socket() as other, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 10_000))
            return port


def wait_until_it_keeps(door: Door, log: Path) -> None:
    """Return when the server takes a file: its parts find each other a while after they listen."""
    client = door.client()
    ends = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < ends and door.server.poll() is None:
        with contextlib.suppress(BotoCoreError, ClientError):
            client.create_bucket(Bucket="first")
            client.put_object(Bucket="first", Key="first", Body=b"first")
            client.delete_object(Bucket="first", Key="first")
            client.delete_bucket(Bucket="first")  # it holds room of its own
            return
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-4000:])


def end_those_of_killed_runs() -> None:
    """End servers whose run was killed before it could: their folder names its process."""
    for folder in Path(tempfile.gettempdir()).glob("kodipest-weed-*-*"):
        if psutil.pid_exists(int(folder.name.split("-")[2])):
            continue
        for process in psutil.process_iter(["cmdline"]):
            if f"-dir={folder}" in (process.info["cmdline"] or []):
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)
