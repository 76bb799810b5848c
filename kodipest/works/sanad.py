"""The sanad of a work: what its content hash covers, and how links are stored, signed and exported."""

from functools import lru_cache
from pathlib import Path
from typing import cast

from django.conf import settings
from django.utils import timezone

from kodipest.engines.media.captions import vtt_text
from kodipest.engines.sanad import content
from kodipest.engines.sanad.canonical import Json
from kodipest.engines.sanad.chain import Disclosure, Link, Statement, export, vouch
from kodipest.engines.sanad.keys import SiteKey
from kodipest.people.models import Person, Role
from kodipest.people.queries import public_name
from kodipest.works.models import Act, Attestation, Revision

REVISES = "revises"


@lru_cache(maxsize=4)
def _key_at(path: Path) -> SiteKey:
    return SiteKey.load_or_create(path)


def site_key() -> SiteKey:
    """Return the key of this site, made at its first need."""
    return _key_at(settings.HOME / "keys" / "site.pem")


def manifest_of(revision: Revision) -> dict[str, Json]:
    """List what a revision consists of: texts by hash, files by hash. No person, no file name."""
    manifest: dict[str, Json] = {
        "kind": revision.work.kind,
        "language": revision.work.language,
        "title": revision.title,
        "synopsis": content.hash_text(revision.synopsis),
        "body": content.hash_text(revision.body),
        "files": [
            {"role": asset.role, "sha256": asset.original.sha256} for asset in revision.files
        ],
    }
    if revision.caption_languages:
        manifest["captions"] = {
            caption.language: content.hash_text(vtt_text(caption.told))
            for caption in revision.captions.all()
        }
    return manifest


def hash_of(revision: Revision) -> str:
    """Name the exact content of a revision: `sha256:` and 64 hex digits."""
    return content.content_hash(manifest_of(revision))


def links_of(revision: Revision) -> dict[int, Link]:
    """Read the links that lead to `revision`, by number, names included: never for a page as they are.

    Links of later versions stand on these and are left out: they vouch for another content.
    """
    led_here = revision.work.attestations.filter(revision__number__lte=revision.number)
    return {
        link.number: Link(link.body, link.signature, Disclosure(link.salt, link.name))
        for link in led_here
    }


def attest(
    *, revision: Revision, act: Act, person: Person, role: Role | str, **facts: str | int
) -> Attestation:
    """Sign that `person` vouches for the exact content of a sealed `revision`; append it.

    The caller holds the transaction and has checked the permission. Two links signed at the same
    moment for one work collide on their number, and the second act fails as a whole.
    """
    work, at = revision.work, timezone.now().replace(microsecond=0)
    links = list(links_of(revision).values())
    # Only making something new may replace a content: an approval never covers another version.
    if act == Act.MADE and links and links[-1].body["content"] != revision.content_hash:
        facts[REVISES] = links[-1].body["content"]
    link = vouch(
        key=site_key(),
        statement=Statement(
            act=act.value, content=revision.content_hash, at=at, role=str(role), facts=facts
        ),
        name=public_name(person) or person.nickname,
        after=links,
    )
    opening = cast("Disclosure", link.disclosure)  # `vouch` always opens the name it was given
    return Attestation.objects.create(
        work=work,
        revision=revision,
        number=work.attestations.count() + 1,
        act=act,
        person=person,
        at=at,
        body=link.text,
        digest=link.id,
        signature=link.signature,
        salt=opening.salt,
        name=opening.name,
    )


def export_sanad(revision: Revision, shown: dict[int, str | None]) -> bytes:
    """Write the chain of a work as one JSON file; `shown` maps a link's number to the name it may bear."""
    links = [
        link if shown.get(number) else link.withhold_name()
        for number, link in links_of(revision).items()
    ]
    return export(links, keys=[site_key().public], manifest=manifest_of(revision))
