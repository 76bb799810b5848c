"""Books that can be read: prepared folders with a few real parts, and works that hold them."""

from kodipest.engines.media import reading, storage
from kodipest.people.models import Person
from kodipest.works.models import Asset, Work
from kodipest.works.operations import change_text, start_work
from tests.factories.people import Cast
from tests.factories.works import asset

CHAPTERS = [
    '<div lang="ar" dir="rtl"><h1 id="kutipan-a">بسم الله</h1></div>',
    '<div><p dir="auto">Bab dua <img src="kodi-picture:f0003.webp" alt="Sampul"></p></div>',
]


def book_of(people: Cast, kind: str = "pages", *, title: str = "Catatan", pages: int = 23) -> Work:
    """Let Aisyah begin an e-book whose file was prepared: `pages` drawn, or two chapters."""
    work = start_work(
        kind=Work.Kind.EBOOK, title=title, organisation=people.house, by=people.aisyah
    )
    change_text(work=work, by=people.aisyah, title=title)
    made = asset(work.newest_revision, "document")
    told = drawn(made, pages) if kind == "pages" else chapters(made)
    made.transcode.manifest |= {"reader": told, "pages": pages + 2 if kind == "pages" else None}
    made.transcode.save(update_fields=["manifest"])
    return work


def drawn(made: Asset, pages: int) -> dict[str, object]:
    out = storage.rendition_path(made.transcode.folder)
    out.mkdir(parents=True)
    step = reading.PAGES_PER_PART
    parts = [range(start, min(start + step, pages + 1)) for start in range(1, pages + 1, step)]
    told = reading.write_index(reading.Index("pages", [""] * len(parts), "id"), out)
    for number, part in enumerate(parts, 1):
        sheets = [reading.Page(each, 1280, 1800, [640, 1280], f"Isi <{each}>") for each in part]
        reading.write_part(number, reading.Part(pages=sheets), out)
    return told | {"pages": pages}


def chapters(made: Asset) -> dict[str, object]:
    out = storage.rendition_path(made.transcode.folder)
    out.mkdir(parents=True)
    for number, html in enumerate(CHAPTERS, 1):
        reading.write_part(number, reading.Part(html=html), out)
    return reading.write_index(reading.Index("chapters", ["Bab satu", ""], "id", "rtl"), out)


def names_of(*people: Person) -> set[str]:
    return {word for person in people for word in (person.name, person.nickname) if word}
