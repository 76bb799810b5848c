"""Chains to test with: Aisyah made it, Budi approved, Citra passed it, Dewi published."""

import datetime
import json

from kodipest.engines.sanad.chain import Link, Report, Statement, export, verify, vouch
from kodipest.engines.sanad.keys import SiteKey

CONTENT = "sha256:" + "c0" * 32
OTHER_CONTENT = "sha256:" + "0c" * 32
START = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC)
STEPS = [
    ("made", "santri", "Aisyah"),
    ("approved", "coach", "Ustaz Budi"),
    ("passed", "curator", "Citra"),
    ("published", "programme_manager", "Dewi"),
]


def statement(act="made", *, content=CONTENT, at=START, role="santri", **facts):
    return Statement(act=act, content=content, at=at, role=role, facts=facts)


def chain(key: SiteKey, steps=STEPS) -> list[Link]:
    """Return the links of `steps`, one per day, each standing on the one before."""
    links: list[Link] = []
    for day, (act, role, name) in enumerate(steps):
        at = START + datetime.timedelta(days=day)
        said = statement(act, at=at, role=role, step=day)
        links.append(vouch(key=key, statement=said, name=name, after=links))
    return links


def exported(links, *keys: SiteKey, manifest=None) -> bytes:
    return export(links, keys=[key.public for key in keys], manifest=manifest)


def edited(document: bytes, edit) -> bytes:
    """Return `document` after `edit(parsed)`, as a tamperer would write it back."""
    value = json.loads(document)
    replaced = edit(value)
    return json.dumps(value if replaced is None else replaced, ensure_ascii=False).encode()


def findings(document: bytes, *keys: SiteKey, **options) -> Report:
    return verify(document, trusted=[key.public for key in keys], **options)


def swap(items, first, second):
    items[first], items[second] = items[second], items[first]
