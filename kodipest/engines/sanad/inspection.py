"""The questions a verifier asks; each yields findings and believes nothing it was not shown."""

from collections.abc import Iterator, Mapping, Sequence

from kodipest.engines.sanad.attestation import SIGNING_PREFIX, Body, body_id, read_body
from kodipest.engines.sanad.canonical import Json, canonical, sha256_of
from kodipest.engines.sanad.content import hashes_in
from kodipest.engines.sanad.document import Document, Entry, checks_of, key_hints
from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.findings import Finding
from kodipest.engines.sanad.keys import PublicKey
from kodipest.engines.sanad.link import Knot, is_silent_change, order_of

CHANGED_FIELD_CODES = {
    "v": "version_unknown",
    "site": "site_changed",
    "act": "act_changed",
    "content": "content_changed",
    "at": "date_changed",
    "person": "person_changed",
    "previous": "order_changed",
    "facts": "facts_changed",
}


def inspect_entry(
    index: int, entry: Entry | SanadError, trusted: Mapping[str, PublicKey]
) -> Iterator[Finding]:
    """Look at one link alone: format, key, signature, and what exactly was changed."""
    if isinstance(entry, SanadError):
        yield Finding(entry.code, index, entry.detail)
        return
    try:
        body: Body | None = read_body(entry.body)
    except SanadError as error:
        body = None
        yield Finding(error.code, index, error.detail)
    is_signed = False
    if isinstance(entry.body, Mapping):
        key = trusted.get(str(entry.body.get("site")))
        if key is None:
            yield Finding("key_unknown", index, str(entry.body.get("site")))
        elif not (
            is_signed := key.has_signed(SIGNING_PREFIX + canonical(entry.body), entry.signature)
        ):
            yield Finding("signature_bad", index)
        yield from _changed_fields(index, entry.body, entry.checks, is_signed=is_signed)
    if entry.id != body_id(canonical(entry.body)) and is_signed:
        yield Finding("document_changed", index, "id")
    if body is not None:
        yield from _inspect_name(index, body, entry)


def inspect_structure(entries: Sequence[Entry], head: Sequence[str]) -> Iterator[Finding]:
    """Look at how the links stand on each other: none repeated, missing, foreign or moved.

    Uses the ids the file claims, so that one changed link does not accuse its neighbours; whether
    an id is true was asked link by link.
    """
    positions: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if entry.id in positions:
            yield Finding("link_repeated", index, f"= {positions[entry.id] + 1}")
        positions.setdefault(entry.id, index)
    bodies = [read_body(entry.body) for entry in entries]
    faults = list(_misplaced(bodies, positions))
    yield from faults
    if not faults and len(positions) == len(entries):
        yield from _out_of_order(entries, bodies)
    yield from _inspect_head(entries, bodies, head)


def inspect_dates(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Note links dated before those they stand on: a wrong clock, or a reason to ask."""
    bodies = {entry.id: read_body(entry.body) for entry in entries}
    for index, entry in enumerate(entries):
        body = bodies[entry.id]
        if any(body["at"] < bodies[p]["at"] for p in body["previous"] if p in bodies):
            yield Finding("date_backwards", index, body["at"])


def inspect_content(document: Document, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Look at what is vouched for: each change along the chain declared, the newest on the wrapper."""
    bodies = {entry.id: read_body(entry.body) for entry in entries}
    stood_on: set[str] = set()
    for index, entry in enumerate(entries):
        body = bodies[entry.id]
        stood_on.update(body["previous"])
        before = {bodies[p]["content"] for p in body["previous"] if p in bodies}
        if is_silent_change(body["content"], body["facts"], before):
            yield Finding("content_changed", index, "previous")
    for index, entry in enumerate(entries):
        if entry.id not in stood_on and bodies[entry.id]["content"] != document.content:
            yield Finding("content_changed", index, "document")


def inspect_work(document: Document, files: Sequence[str]) -> Iterator[Finding]:
    """Compare the work at hand, as hashes of its files, with what the document vouches for."""
    known = {document.content}
    if document.manifest is not None:
        if sha256_of(canonical(document.manifest)) != document.content:
            yield Finding("content_changed", None, "manifest")
            return
        known.update(hashes_in(document.manifest))
    if not files:
        yield Finding("content_not_compared")
    for found in files:
        if found not in known:
            yield Finding("content_changed", None, f"found {found}")


def inspect_wrapping(document: Document, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Compare the hints around the links with the links."""
    sites = {read_body(entry.body)["site"] for entry in entries}
    try:
        listed = [PublicKey.parse(text) for text in _public_texts(document.keys)]
    except SanadError as error:
        yield Finding("document_changed", None, f"keys: {error.detail}")
        return
    if document.keys != key_hints(listed) or not {key.key_id for key in listed} <= sites:
        yield Finding("document_changed", None, "keys")


def _changed_fields(
    index: int, body: Mapping[str, Json], checks: Json, *, is_signed: bool
) -> Iterator[Finding]:
    expected = checks_of(body)
    if checks == expected:
        return
    if is_signed or not isinstance(checks, Mapping):
        yield Finding("document_changed", index, "checks")
        return
    for name, code in CHANGED_FIELD_CODES.items():
        if name in expected and checks.get(name) != expected[name]:
            yield Finding(code, index, name)


def _inspect_name(index: int, body: Body, entry: Entry) -> Iterator[Finding]:
    if entry.disclosure is None:
        yield Finding("name_withheld", index)
    elif entry.disclosure.commitment != body["person"]["commitment"]:
        yield Finding("name_changed", index, entry.disclosure.name)


def _misplaced(bodies: Sequence[Body], positions: Mapping[str, int]) -> Iterator[Finding]:
    roots = [index for index, body in enumerate(bodies) if not body["previous"]]
    for index, body in enumerate(bodies):
        for previous in body["previous"]:
            if previous not in positions:
                yield Finding("link_missing", index, previous)
    for index in roots[1:]:
        yield Finding("link_foreign", index)


def _out_of_order(entries: Sequence[Entry], bodies: Sequence[Body]) -> Iterator[Finding]:
    found = [entry.id for entry in entries]
    knots = {
        entry.id: Knot(body["at"], body["previous"])
        for entry, body in zip(entries, bodies, strict=True)
    }
    for index, (link_id, expected) in enumerate(zip(found, order_of(knots), strict=True)):
        if link_id != expected:
            yield Finding("order_changed", index, f"{found.index(expected) + 1} → {index + 1}")
            return


def _inspect_head(
    entries: Sequence[Entry], bodies: Sequence[Body], head: Sequence[str]
) -> Iterator[Finding]:
    present = {entry.id for entry in entries}
    stood_on = {previous for body in bodies for previous in body["previous"]}
    for link_id in head:
        if link_id not in present:
            yield Finding("link_missing", None, link_id)
    ends = [entry.id for entry in entries if entry.id not in stood_on]
    if set(head) <= present and list(head) != list(dict.fromkeys(ends)):
        yield Finding("document_changed", None, "head")


def _public_texts(keys: Json) -> list[str]:
    if not isinstance(keys, list):
        return []
    return [str(key.get("public")) for key in keys if isinstance(key, Mapping)]
