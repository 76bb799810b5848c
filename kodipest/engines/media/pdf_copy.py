"""Copy of a PDF only what a reader shows: pages, links, bookmarks. Who, when and with what stay behind.

The copy is written anew from an allowlist (`pdf_keys`). So nothing hides in older versions of an
object, in objects nobody points to, or behind the end of the file; scripts, forms, attached files,
comments of readers and actions other than a link have no way into it.
"""

import logging
from pathlib import Path
from typing import NamedTuple

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from kodipest.engines.media import pdf_keys
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.pdf import MAX_PAGES
from kodipest.engines.media.pdf_links import Bookmarks, Links
from kodipest.engines.media.pdf_objects import (
    Fields,
    Objects,
    dictionary_of,
    key_of,
    reference_to,
    resolved,
    text_of,
)
from kodipest.engines.media.pdf_writer import PdfWriter

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it tells of every repair

# Words that the library raises on files that lie about themselves.
_BROKEN: tuple[type[Exception], ...] = (PyPdfError, ValueError, KeyError, IndexError, TypeError)
_BROKEN += (AttributeError, NotImplementedError, AssertionError, RecursionError, OverflowError)


class Copied(NamedTuple):
    """What a bare PDF says about itself: which language, and on which side it opens."""

    pages: int
    language: str
    direction: str  # rtl, or nothing


def copy_pdf(source: Path, target: Path) -> Copied:
    """Write the bare copy of `source` to `target` and return what is left to say about it.

    Raises Unusable: `locked` when it opens only with a password, `damaged`, `too_large`.
    """
    try:
        with source.open("rb") as original, target.open("wb") as file:
            return _Copy(PdfReader(original), PdfWriter(file)).write()
    except FileNotDecryptedError as error:
        raise Unusable("locked", str(error)) from error
    except _BROKEN as error:
        raise Unusable("damaged", f"{type(error).__name__}: {error}") from error


class _Copy:
    def __init__(self, reader: PdfReader, writer: PdfWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.objects = Objects(reader, writer)

    def write(self) -> Copied:
        if self.reader.is_encrypted and not self.reader.decrypt(""):
            raise FileNotDecryptedError("it opens only with a password")
        pages = list(self.reader.pages)
        if not 0 < len(pages) <= MAX_PAGES:
            raise Unusable("damaged", f"{len(pages)} pages")
        root, tree = self.writer.take_number(), self.writer.take_number()
        mine = [self.writer.take_number() for _ in pages]
        for page, number in zip(pages, mine, strict=True):
            if page.indirect_reference:
                self.objects.numbers[key_of(page.indirect_reference)] = number
        # The destinations of links and bookmarks have to be known before the first page is.
        self.links = Links(self.reader, self.objects.numbers)
        for page, number in zip(pages, mine, strict=True):
            self._write_page(page, number, tree)
        self.writer.add(tree, dictionary_of(_tree(mine)))
        catalogue = dictionary_of(self._catalogue(tree))
        self.writer.add(root, catalogue)
        self.objects.write_due()
        self.writer.close(root)
        viewing = catalogue.get("/ViewerPreferences") or {}
        direction = "rtl" if viewing.get("/Direction") == "/R2L" else ""
        return Copied(len(pages), text_of(catalogue.get("/Lang")), direction)

    def _write_page(self, page: DictionaryObject, number: int, tree: int) -> None:
        fields = self.objects.allowed(page, pdf_keys.PAGE)
        fields |= {"/Type": NameObject("/Page"), "/Parent": reference_to(tree)}
        fields.setdefault("/Resources", DictionaryObject())
        contents = resolved(page.get("/Contents"))
        parts = contents if isinstance(contents, ArrayObject) else [page.get("/Contents")]
        fields["/Contents"] = ArrayObject(
            self.objects.refer(part, self.objects.content)
            for part in parts
            if isinstance(part, IndirectObject)
        )
        notes = resolved(page.get("/Annots"))
        notes = notes if isinstance(notes, ArrayObject) else ArrayObject()
        shown = [self._note(resolved(note)) for note in notes]
        if kept := [note for note in shown if note is not None]:
            fields["/Annots"] = ArrayObject(kept)
        self.writer.add(number, dictionary_of(fields))
        self.objects.write_due()

    def _note(self, note: PdfObject | None) -> PdfObject | None:
        """Keep what a note shows on the page, or where a link leads; never who wrote it."""
        if not isinstance(note, DictionaryObject):
            return None
        kind = str(note.get("/Subtype"))
        fields = self.objects.allowed(note, pdf_keys.NOTE)
        if kind == "/Link":
            leads = self.links.lead(note)
        elif kind in pdf_keys.SHOWN_NOTES:
            leads = self._look(note)
            kind = "/Stamp" if kind == "/Widget" else kind  # its form stays behind
        else:
            return None
        if not leads:
            return None
        return dictionary_of(
            fields | leads | {"/Type": NameObject("/Annot"), "/Subtype": NameObject(kind)}
        )

    def _look(self, note: DictionaryObject) -> Fields:
        """Return the normal appearance; of a button the state it is in."""
        looks = resolved(note.get("/AP"))
        normal = looks.get("/N") if isinstance(looks, DictionaryObject) else None
        found = resolved(normal)
        if isinstance(found, DictionaryObject) and not isinstance(found, StreamObject):
            normal = found.get(note.get("/AS"))
        if not isinstance(normal, IndirectObject) or not isinstance(resolved(normal), StreamObject):
            return {}
        return {"/AP": dictionary_of({"/N": self.objects.refer(normal, self.objects.plain)})}

    def _catalogue(self, tree: int) -> Fields:
        old = self.reader.root_object
        fields = self.objects.allowed(old, pdf_keys.CATALOGUE)
        fields |= {"/Type": NameObject("/Catalog"), "/Pages": reference_to(tree)}
        if marked := self.objects.allowed(resolved(old.get("/MarkInfo")), pdf_keys.MARKED):
            fields["/MarkInfo"] = dictionary_of(marked)
        if viewing := self.objects.allowed(
            resolved(old.get("/ViewerPreferences")), pdf_keys.VIEWING
        ):
            fields["/ViewerPreferences"] = dictionary_of(viewing)
        if layers := self._layers(resolved(old.get("/OCProperties"))):
            fields["/OCProperties"] = layers
        if "/StructTreeRoot" in old:
            fields["/StructTreeRoot"] = self.objects.refer(
                old.raw_get("/StructTreeRoot"), self.objects.plain
            )
        if outline := Bookmarks(self.writer, self.links).write(resolved(old.get("/Outlines"))):
            fields["/Outlines"] = reference_to(outline)
            fields["/PageMode"] = NameObject("/UseOutlines")
        return fields

    def _layers(self, layers: PdfObject | None) -> PdfObject | None:
        """Keep which layers are hidden, so that nothing comes to light that was switched off."""
        if not isinstance(layers, DictionaryObject):
            return None
        groups = self.objects.plain(resolved(layers.get("/OCGs")) or ArrayObject())
        shown = self.objects.allowed(resolved(layers.get("/D")), pdf_keys.LAYERS)
        return dictionary_of({"/OCGs": groups or ArrayObject(), "/D": dictionary_of(shown)})


def _tree(pages: list[int]) -> Fields:
    """Return the page tree. It is flat: readers that follow the standard open any width."""
    return {
        "/Type": NameObject("/Pages"),
        "/Kids": ArrayObject(reference_to(number) for number in pages),
        "/Count": NumberObject(len(pages)),
    }
