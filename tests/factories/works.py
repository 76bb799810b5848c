"""Works, their versions and their files, written as rows: no encoder runs."""

import factory
from factory.django import DjangoModelFactory

from kodipest.engines.media.models import Original, Transcode
from kodipest.kernel.text import folded
from kodipest.people.models import Person
from kodipest.works.models import Asset, Credit, Revision, Work
from tests.factories.media import OriginalFactory, TranscodeFactory
from tests.factories.people import OrganisationFactory, PersonFactory

MIMES = {
    "video": "video/mp4",
    "audio": "audio/mp4",
    "image": "image/jpeg",
    "document": "application/pdf",
}
MANIFESTS = {
    "video": {"master": "master.m3u8", "poster": "poster.jpg", "poster_small": "poster-480.jpg"},
    "audio": {"master": "master.m3u8", "file": "sound.m4a"},
    "image": {
        "poster": "poster.jpg",
        "poster_small": "poster-480.jpg",
        "images": [{"file": "480.jpg", "width": 480, "height": 320}],
    },
    "document": {"file": "document.pdf"},
}


class WorkFactory(DjangoModelFactory):
    """An article with one open version; `authors=[…]` are its makers, else its creator alone."""

    class Meta:
        model = Work
        skip_postgeneration_save = True

    kind = Work.Kind.ARTICLE
    title = "Kitab kuning for beginners"
    title_folded = factory.LazyAttribute(lambda it: folded(it.title))
    slug = factory.Sequence("kitab-kuning-{}".format)
    organisation = factory.SubFactory(OrganisationFactory)
    created_by = factory.SubFactory(PersonFactory)
    revision = factory.RelatedFactory("tests.factories.works.RevisionFactory", "work")

    @factory.post_generation
    def authors(self, create: bool, people: list[Person] | None, **_more: object) -> None:
        if create:
            for position, person in enumerate(people or [self.created_by]):
                Credit.objects.create(work=self, person=person, position=position)


class RevisionFactory(DjangoModelFactory):
    """An open version; `sealed=True` closes it with a hash that stands for its content."""

    class Meta:
        model = Revision

    class Params:
        sealed = factory.Trait(
            sealed_at=factory.SelfAttribute("made_at"), content_hash="sha256:" + 64 * "a"
        )

    work = factory.SubFactory(WorkFactory, revision=None)
    number = 1
    title = factory.SelfAttribute("work.title")
    title_folded = factory.LazyAttribute(lambda it: folded(it.title))
    body = "Bismillah. A text about reading."
    made_at = factory.LazyAttribute(lambda it: it.work.created_at)
    made_by = factory.SelfAttribute("work.created_by")


class CreditFactory(DjangoModelFactory):
    """Somebody's part in a work."""

    class Meta:
        model = Credit

    work = factory.SubFactory(WorkFactory)
    person = factory.SubFactory(PersonFactory)


def playable_original(kind: str = "video", **fields: object) -> Original:
    """Return an original that was prepared to the end: its only transcode is done."""
    original: Original = OriginalFactory(kind=kind, mime=MIMES[kind], **fields)
    original.probe = original.probe | {"kind": kind, "mime": MIMES[kind]}
    original.save(update_fields=["probe"])
    TranscodeFactory(done=True, original=original, manifest=MANIFESTS[kind])
    return original


def asset(revision: Revision, kind: str = "video", **fields: object) -> Asset:
    """Put a file that can be played into `revision`; `transcode=…` puts one in another state."""
    transcode = fields.pop("transcode", None) or playable_original(kind).transcodes.get()
    assert isinstance(transcode, Transcode)
    revision.__dict__.pop("files", None)
    found: Asset = Asset.objects.create(
        revision=revision,
        original=transcode.original,
        transcode=transcode,
        **{"file_name": f"tugas.{kind}"} | fields,
    )
    return found
