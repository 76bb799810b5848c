"""The door of the engine: vouch for a content, export the chain, verify an exported one.

Building and storing need a `SiteKey`; verifying needs only public keys, and no network.
"""

from collections.abc import Iterable, Mapping, Sequence

from kodipest.engines.sanad import inspection
from kodipest.engines.sanad.attestation import Disclosure, Statement, read_body
from kodipest.engines.sanad.canonical import Json
from kodipest.engines.sanad.document import Document, Entry, read_document, write_document
from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.findings import Finding, Line, Report
from kodipest.engines.sanad.keys import PublicKey
from kodipest.engines.sanad.link import REVISES, Link, heads, in_order, vouch

__all__ = [
    "REVISES",
    "Disclosure",
    "Finding",
    "Line",
    "Link",
    "Report",
    "SanadError",
    "Statement",
    "export",
    "heads",
    "in_order",
    "verify",
    "vouch",
]

SHORTEST_HEAD = 16


def export(
    links: Sequence[Link],
    *,
    keys: Sequence[PublicKey],
    manifest: Mapping[str, Json] | None = None,
) -> bytes:
    """Write the chain `links` as one JSON file that anybody can verify offline.

    `keys` are the public keys of the sites that signed; `manifest` is what the content hash was
    made of, if it is not the hash of a single file (`content.content_hash`). Links may come in any
    order. SanadError `chain_empty` for no links.
    """
    if not links:
        raise SanadError("chain_empty", "nothing to export")
    return write_document(links, keys=keys, manifest=manifest)


def verify(
    document: bytes,
    *,
    trusted: Iterable[PublicKey],
    files: Sequence[str] = (),
    head: str | None = None,
) -> Report:
    """Say whether an exported chain is what the `trusted` keys signed, and if not, what changed.

    `files` are hashes of the work at hand (`content.hash_file`); `head` is the id of the newest
    link, or its first 16 or more hex digits, learned from a place the file's bearer does not
    control (the public page, a printed code): without it a chain cut short looks like an earlier
    one. Never raises for anything inside `document`.
    """
    try:
        found = read_document(document)
    except SanadError as error:
        return Report((Finding(error.code, None, error.detail),), ())
    by_id = {key.key_id: key for key in trusted}
    findings: list[Finding] = []
    for index, entry in enumerate(found.entries):
        findings.extend(inspection.inspect_entry(index, entry, by_id))
    entries = _readable(found.entries)
    if len(entries) == len(found.entries):
        is_signed = not any(finding.code == "signature_bad" for finding in findings)
        findings.extend(_inspect_whole(found, entries, is_signed=is_signed, files=files, head=head))
    lines = tuple(_line(entry) for entry in entries)
    return Report(tuple(dict.fromkeys(findings)), lines)


def _inspect_whole(
    found: Document,
    entries: Sequence[Entry],
    *,
    is_signed: bool,
    files: Sequence[str],
    head: str | None,
) -> Iterable[Finding]:
    yield from inspection.inspect_structure(entries, found.head)
    if is_signed:  # what a broken link says about dates and contents would accuse sound ones
        yield from inspection.inspect_dates(entries)
        yield from inspection.inspect_content(found, entries)
    yield from inspection.inspect_work(found, files)
    yield from inspection.inspect_wrapping(found, entries)
    if head is not None and not any(_is_named(link_id, head) for link_id in found.head):
        yield Finding("link_missing", None, head)


def _readable(entries: Iterable[Entry | SanadError]) -> list[Entry]:
    readable = []
    for entry in entries:
        if isinstance(entry, Entry):
            try:
                read_body(entry.body)
            except SanadError:
                continue  # already a finding of inspect_entry
            readable.append(entry)
    return readable


def _line(entry: Entry) -> Line:
    name = entry.disclosure.name if entry.disclosure else None
    return Line(entry.id, read_body(entry.body), name)


def _is_named(link_id: str, head: str) -> bool:
    digits = head.removeprefix("sha256:")
    return len(digits) >= SHORTEST_HEAD and link_id.removeprefix("sha256:").startswith(digits)
