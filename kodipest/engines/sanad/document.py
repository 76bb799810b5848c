"""The exported chain: one JSON file, written plainly and read strictly.

Signatures cover the bodies alone. Everything around them is either recomputed from the bodies and
compared (`id`, `head`, `keys`, `checks`) or bound by a hash inside them (`manifest`, `disclosure`),
so that no byte of meaning can change unseen. `checks` exist to *name* a change: detection rests on
the signature.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from kodipest.engines.sanad.attestation import Disclosure
from kodipest.engines.sanad.canonical import Json, canonical, is_hash, read_strictly, sha256_of
from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.keys import PublicKey
from kodipest.engines.sanad.link import Link, heads, in_order

FORMAT = "kodipest-sanad"
VERSION = 1
MAX_BYTES = 1_000_000
MAX_LINKS = 500
CHECK_LENGTH = 16

_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_FIELDS = {"format", "v", "content", "manifest", "head", "keys", "links"}
_LINK_FIELDS = {"id", "body", "signature", "checks", "disclosure"}


@dataclass(frozen=True)
class Entry:
    """One link as found in a file: nothing in it is believed yet."""

    id: str
    body: Json
    signature: bytes
    checks: Json
    disclosure: Disclosure | None


@dataclass(frozen=True)
class Document:
    """An exported chain as found in a file. An entry that could not be read is its SanadError."""

    content: str
    manifest: Json
    head: list[str]
    keys: Json
    entries: list[Entry | SanadError]


def write_document(
    links: Sequence[Link], *, keys: Sequence[PublicKey], manifest: Mapping[str, Json] | None
) -> bytes:
    """Lay out the chain `links` as one file; see `chain.export`."""
    ordered = in_order(links)
    ends = heads(ordered)
    sites = {link.body["site"] for link in ordered}
    document = {
        "format": FORMAT,
        "v": VERSION,
        "content": ends[-1].body["content"],
        "manifest": manifest,
        "head": [link.id for link in ends],
        "keys": key_hints(key for key in keys if key.key_id in sites),
        "links": [_link_as_json(link) for link in ordered],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def key_hints(keys: Iterable[PublicKey]) -> list[dict[str, str]]:
    """List public keys for a reader's convenience; a verifier never believes them."""
    by_id = {key.key_id: key.text for key in keys}
    return [{"id": key_id, "public": by_id[key_id]} for key_id in sorted(by_id)]


def checks_of(body: Mapping[str, Json]) -> dict[str, str]:
    """Return a short hash per field, by which a changed field can be named."""
    start = len("sha256:")
    return {
        name: sha256_of(canonical(value))[start : start + CHECK_LENGTH]
        for name, value in body.items()
    }


def read_document(data: bytes) -> Document:
    """Take an exported chain apart without believing any of it.

    Raises SanadError `unreadable` or `version_unknown` when there is nothing to examine.
    """
    if len(data) > MAX_BYTES:
        raise SanadError("unreadable", f"{len(data)} bytes, expected at most {MAX_BYTES}")
    try:
        value = read_strictly(data)
    except SanadError as error:
        raise SanadError("unreadable", error.detail) from error
    if not isinstance(value, Mapping) or value.get("format") != FORMAT:
        raise SanadError("unreadable", f"not a {FORMAT} document")
    _refuse_later_version(value.get("v"))
    if value.keys() != _FIELDS:
        raise SanadError("unreadable", f"fields {sorted(value)}, expected {sorted(_FIELDS)}")
    head, links, content = value["head"], value["links"], value["content"]
    if not isinstance(links, list) or not 0 < len(links) <= MAX_LINKS:
        raise SanadError("unreadable", f"links: expected 1 to {MAX_LINKS}")
    if not isinstance(head, list) or not all(isinstance(item, str) for item in head):
        raise SanadError("unreadable", "head: expected a list of ids")
    if not isinstance(content, str):
        raise SanadError("unreadable", "content: expected a hash")
    return Document(
        content=content,
        manifest=value["manifest"],
        head=cast("list[str]", head),
        keys=value["keys"],
        entries=[_read_entry(link) for link in links],
    )


def _link_as_json(link: Link) -> dict[str, Json]:
    body = cast("dict[str, Json]", link.body)
    return {
        "id": link.id,
        "body": body,
        "signature": link.signature,
        "checks": checks_of(body),
        "disclosure": link.disclosure.as_dict() if link.disclosure else None,
    }


def _refuse_later_version(version: Json) -> None:
    if type(version) is not int or version < 1:
        raise SanadError("unreadable", "v: expected a version number")
    if version > VERSION:
        raise SanadError("version_unknown", f"v: found {version}, this program knows {VERSION}")


def _read_entry(value: Json) -> Entry | SanadError:
    if not isinstance(value, Mapping) or value.keys() != _LINK_FIELDS:
        return SanadError("malformed", f"link: expected {sorted(_LINK_FIELDS)}")
    link_id, signature, disclosure = value["id"], value["signature"], value["disclosure"]
    if not isinstance(link_id, str) or not is_hash(link_id):
        return SanadError("malformed", "id: expected sha256:…")
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        return SanadError("malformed", "signature: expected 128 hex digits")
    try:
        name = None if disclosure is None else Disclosure.read(disclosure)
    except SanadError as error:
        return error
    return Entry(link_id, value["body"], bytes.fromhex(signature), value["checks"], name)
