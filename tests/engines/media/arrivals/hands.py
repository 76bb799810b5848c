"""What several tests of the protocol use."""

import base64
import hashlib

CONTENT = b"Bismillah " * 30_000


def code(answer):
    return answer.status_code, answer.json()["code"]


def checksum(body, algorithm="sha1"):
    digest = hashlib.new(algorithm, body).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"
