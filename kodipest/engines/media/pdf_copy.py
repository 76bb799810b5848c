"""Copy of a PDF only what a reader shows: pages, links, bookmarks. Who, when and with what stay behind.

The copy is written anew from an allowlist (`pdf_keys`). So nothing hides in older versions of an
object, in objects nobody points to, or behind the end of the file; scripts, forms, attached files,
comments of readers and actions other than a link have no way into it.
"""

import logging
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from kodipest.engines.media import pdf_keys
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.pdf import MAX_PAGES
from kodipest.engines.media.pdf_streams import bare_stream
from kodipest.engines.media.pdf_writer import PdfWriter

MAX_OBJECTS = 2_000_000
MAX_BOOKMARKS = 20_000
MAX_NESTING = 60
_TRAITS = {"/Table", "/List", "/Layout"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
LINK_STARTS = ("http://", "https://")

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it tells of every repair

Fields = dict[str, PdfObject]
# Words that the library raises on files that lie about themselves.
_BROKEN: tuple[type[Exception], ...] = (PyPdfError, ValueError, KeyError, IndexError, TypeError)
_BROKEN += (AttributeError, NotImplementedError, AssertionError, RecursionError, OverflowError)


class _Due(NamedTuple):
    """An object that something written already points to."""

    number: int
    place: IndirectObject
    clean: Callable[[PdfObject], PdfObject | None]


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
        self.numbers: dict[tuple[int, int], int] = {}
        self.due: deque[_Due] = deque()
        self.unnamed_layers = 0

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
                self.numbers[_key(page.indirect_reference)] = number
        # The destinations of links and bookmarks have to be known before the first page is.
        self.targets = {
            str(name): found.dest_array for name, found in self.reader.named_destinations.items()
        }
        for page, number in zip(pages, mine, strict=True):
            self._write_page(page, number, tree)
        self.writer.add(tree, _dictionary(_tree(mine)))
        catalogue = _dictionary(self._catalogue(tree))
        self.writer.add(root, catalogue)
        self._write_due()
        self.writer.close(root)
        viewing = catalogue.get("/ViewerPreferences") or {}
        direction = "rtl" if viewing.get("/Direction") == "/R2L" else ""
        return Copied(len(pages), _text(catalogue.get("/Lang")), direction)

    # --- the pages

    def _write_page(self, page: DictionaryObject, number: int, tree: int) -> None:
        fields = self._allowed(page, pdf_keys.PAGE)
        fields |= {"/Type": NameObject("/Page"), "/Parent": _to(tree)}
        fields.setdefault("/Resources", DictionaryObject())
        contents = _resolved(page.get("/Contents"))
        parts = contents if isinstance(contents, ArrayObject) else [page.get("/Contents")]
        fields["/Contents"] = ArrayObject(
            self._refer(part, self._content) for part in parts if isinstance(part, IndirectObject)
        )
        notes = _resolved(page.get("/Annots"))
        notes = notes if isinstance(notes, ArrayObject) else ArrayObject()
        shown = [self._note(_resolved(note)) for note in notes]
        if kept := [note for note in shown if note is not None]:
            fields["/Annots"] = ArrayObject(kept)
        self.writer.add(number, _dictionary(fields))
        self._write_due()

    def _content(self, thing: PdfObject) -> PdfObject | None:
        """Keep a stream in the language of pages or of PostScript, or the name of a known one."""
        return thing if isinstance(thing, (StreamObject, NameObject)) else None

    def _note(self, note: PdfObject | None) -> PdfObject | None:
        """Keep what a note shows on the page, or where a link leads; never who wrote it."""
        if not isinstance(note, DictionaryObject):
            return None
        kind = str(note.get("/Subtype"))
        fields = self._allowed(note, pdf_keys.NOTE)
        if kind == "/Link":
            leads = self._leads(note)
        elif kind in pdf_keys.SHOWN_NOTES:
            leads = self._look(note)
            kind = "/Stamp" if kind == "/Widget" else kind  # its form stays behind
        else:
            return None
        if not leads:
            return None
        return _dictionary(
            fields | leads | {"/Type": NameObject("/Annot"), "/Subtype": NameObject(kind)}
        )

    def _look(self, note: DictionaryObject) -> Fields:
        """Return the normal appearance; of a button the state it is in."""
        looks = _resolved(note.get("/AP"))
        normal = looks.get("/N") if isinstance(looks, DictionaryObject) else None
        found = _resolved(normal)
        if isinstance(found, DictionaryObject) and not isinstance(found, StreamObject):
            normal = found.get(note.get("/AS"))
        if not isinstance(normal, IndirectObject) or not isinstance(
            _resolved(normal), StreamObject
        ):
            return {}
        return {"/AP": _dictionary({"/N": self._refer(normal, self._plain)})}

    def _leads(self, holder: DictionaryObject) -> Fields:
        """Return where a link or bookmark leads: a web address, or a place in this document."""
        action = _resolved(holder.get("/A"))
        if isinstance(action, DictionaryObject) and action.get("/S") == "/URI":
            text = _text(_resolved(action.get("/URI")))
            if not text.lower().startswith(LINK_STARTS):
                return {}
            web: Fields = {"/S": NameObject("/URI"), "/URI": TextStringObject(text)}
            return {"/A": _dictionary(web)}
        place = holder.get("/Dest")
        if isinstance(action, DictionaryObject) and action.get("/S") == "/GoTo":
            place = action.get("/D")
        array = self._place(_resolved(place))
        return {"/Dest": array} if array else {}

    def _place(self, place: object) -> ArrayObject | None:
        if isinstance(place, (str, bytes)):
            place = self.targets.get(_text(place))
        if not isinstance(place, ArrayObject) or not place:
            return None
        page = place[0]
        number = self.numbers.get(_key(page)) if isinstance(page, IndirectObject) else None
        if number is None:
            return None
        rest = [_resolved(part) for part in place[1:]]
        plain = [
            part
            for part in rest
            if isinstance(part, (NameObject, NumberObject, FloatObject, NullObject))
        ]
        return ArrayObject([_to(number), *plain])

    # --- what spans pages

    def _catalogue(self, tree: int) -> Fields:
        old = self.reader.root_object
        fields = self._allowed(old, pdf_keys.CATALOGUE)
        fields |= {"/Type": NameObject("/Catalog"), "/Pages": _to(tree)}
        if marked := self._allowed(_resolved(old.get("/MarkInfo")), pdf_keys.MARKED):
            fields["/MarkInfo"] = _dictionary(marked)
        if viewing := self._allowed(_resolved(old.get("/ViewerPreferences")), pdf_keys.VIEWING):
            fields["/ViewerPreferences"] = _dictionary(viewing)
        if layers := self._layers(_resolved(old.get("/OCProperties"))):
            fields["/OCProperties"] = layers
        if "/StructTreeRoot" in old:
            fields["/StructTreeRoot"] = self._refer(old.raw_get("/StructTreeRoot"), self._plain)
        if outline := self._bookmarks(_resolved(old.get("/Outlines"))):
            fields["/Outlines"] = _to(outline)
            fields["/PageMode"] = NameObject("/UseOutlines")
        return fields

    def _layers(self, layers: PdfObject | None) -> PdfObject | None:
        """Keep which layers are hidden, so that nothing comes to light that was switched off."""
        if not isinstance(layers, DictionaryObject):
            return None
        groups = self._plain(_resolved(layers.get("/OCGs")) or ArrayObject())
        shown = self._allowed(_resolved(layers.get("/D")), pdf_keys.LAYERS)
        return _dictionary({"/OCGs": groups or ArrayObject(), "/D": _dictionary(shown)})

    def _bookmarks(self, outline: PdfObject | None) -> int | None:
        """Write the tree of bookmarks with its titles and places; return its root."""
        root = self.writer.take_number()
        left, seen = [MAX_BOOKMARKS], set[int]()
        ends = self._level(outline, root, left, seen)
        if ends is None:
            return None
        first, last, count = ends
        level = {"/Type": NameObject("/Outlines"), "/First": _to(first), "/Last": _to(last)}
        self.writer.add(root, _dictionary({**level, "/Count": NumberObject(count)}))
        return root

    def _level(
        self, above: PdfObject | None, parent: int, left: list[int], seen: set[int]
    ) -> tuple[int, int, int] | None:
        items = list(self._siblings(above, left, seen)) if len(seen) < MAX_BOOKMARKS else []
        if not items:
            return None
        mine = [self.writer.take_number() for _ in items]
        for index, (item, number) in enumerate(zip(items, mine, strict=True)):
            fields: Fields = {"/Title": TextStringObject(_text(_resolved(item.get("/Title"))))}
            fields |= {"/Parent": _to(parent), **self._leads(item)}
            if index:
                fields["/Prev"] = _to(mine[index - 1])
            if index + 1 < len(mine):
                fields["/Next"] = _to(mine[index + 1])
            if below := self._level(item, number, left, seen):
                first, last, count = below
                fields |= {"/First": _to(first), "/Last": _to(last), "/Count": NumberObject(-count)}
            self.writer.add(number, _dictionary(fields))
        return mine[0], mine[-1], len(mine)

    def _siblings(
        self, above: PdfObject | None, left: list[int], seen: set[int]
    ) -> Iterator[DictionaryObject]:
        item = _resolved(above.get("/First")) if isinstance(above, DictionaryObject) else None
        while isinstance(item, DictionaryObject) and id(item) not in seen and left[0]:
            seen.add(id(item))
            left[0] -= 1
            yield item
            item = _resolved(item.get("/Next"))

    # --- anything else

    def _allowed(self, old: PdfObject | None, keys: frozenset[str]) -> Fields:
        if not isinstance(old, DictionaryObject):
            return {}
        cleaned = {key: self._value(key, old.raw_get(key)) for key in old if key in keys}
        return {key: value for key, value in cleaned.items() if value is not None}

    def _refer(self, thing: PdfObject, clean: Callable[[PdfObject], PdfObject | None]) -> PdfObject:
        """Return a reference to the copy of what `thing` points to; a thing itself is cleaned."""
        if not isinstance(thing, IndirectObject):
            kept = clean(thing)
            return NullObject() if kept is None else kept
        number = self.numbers.get(_key(thing))
        if number is None:
            if len(self.numbers) >= MAX_OBJECTS:
                raise Unusable("too_large", f"more than {MAX_OBJECTS} objects")
            number = self.numbers[_key(thing)] = self.writer.take_number()
            self.due.append(_Due(number, thing, clean))
        return _to(number)

    def _write_due(self) -> None:
        while self.due:
            number, place, clean = self.due.popleft()
            old = place.get_object()
            if isinstance(old, StreamObject):
                fields, body = bare_stream(old, is_content=clean == self._content)
                cleaned = self._allowed(fields, pdf_keys.PAINTING)
                self.writer.add_stream(number, _dictionary(cleaned), body)
                self.reader.resolved_objects.pop((place.generation, place.idnum), None)
            else:
                kept = clean(old) if old is not None else None
                self.writer.add(number, NullObject() if kept is None else kept)

    def _value(self, key: str, value: PdfObject) -> PdfObject | None:
        """Clean what hangs under `key`."""
        if key in pdf_keys.WORDS:
            found = _resolved(value)
            return found if _is_told(key, found) else None
        if key in pdf_keys.PROGRAMS:
            return self._refer(value, self._content)
        if key in pdf_keys.NAMED_BY_THE_FILE:
            return self._refer(value, self._glyphs if key == "/CharProcs" else self._named)
        return self._refer(value, self._plain)

    def _plain(self, thing: PdfObject, depth: int = 0) -> PdfObject | None:
        """Keep numbers and names, and of dictionaries what is known to paint or to structure."""
        if isinstance(thing, IndirectObject):
            return self._refer(thing, self._plain)
        if isinstance(thing, StreamObject):
            return None  # a stream always stands by itself (7.3.8.1)
        if isinstance(thing, DictionaryObject):
            return self._plain_dictionary(thing)
        if isinstance(thing, ArrayObject):
            return self._plain_array(thing, depth)
        known = (BooleanObject, FloatObject, NameObject, NullObject, NumberObject)
        return thing if isinstance(thing, known) else None

    def _plain_dictionary(self, thing: DictionaryObject) -> PdfObject | None:
        kind = thing.get("/Type")
        if kind == "/OBJR":  # it points to a note that may have stayed behind
            return None
        if kind == "/OCG":
            self.unnamed_layers += 1
            name = TextStringObject(str(self.unnamed_layers))
            return _dictionary({"/Type": NameObject("/OCG"), "/Name": name})
        fields = self._allowed(thing, pdf_keys.PAINTING)
        if (
            "/S" in fields
            and "/P" in fields
            and (traits := self._traits(_resolved(thing.get("/A"))))
        ):
            fields["/A"] = traits
        return _dictionary(fields)

    def _plain_array(self, thing: ArrayObject, depth: int) -> PdfObject:
        if depth > MAX_NESTING:
            raise Unusable("damaged", "arrays within arrays")
        parts = list(list.__iter__(thing))
        # The table of an Indexed colour space is a string (8.6.6.3).
        keeps_strings = bool(parts) and parts[0] in {"/Indexed", "/I"}
        kept: list[PdfObject] = []
        for part in parts:
            if keeps_strings and isinstance(part, (TextStringObject, ByteStringObject)):
                kept.append(ByteStringObject(part.original_bytes))
            elif (cleaned := self._plain(part, depth + 1)) is not None:
                kept.append(cleaned)
        return ArrayObject(kept)

    def _traits(self, traits: PdfObject | None) -> PdfObject | None:
        """Keep attributes of the structure that are numbers and names, as the span of a cell."""
        each = list(traits) if isinstance(traits, ArrayObject) else [traits]
        told = [self._allowed(_resolved(one), pdf_keys.STRUCTURE) for one in each]
        kept = [_dictionary(fields) for fields in told if str(fields.get("/O")) in _TRAITS]
        return ArrayObject(kept) if kept else None

    def _named(self, thing: PdfObject) -> PdfObject | None:
        """Keep every entry of a dictionary whose keys are names of the file's own making."""
        if not isinstance(thing, DictionaryObject) or isinstance(thing, StreamObject):
            return self._plain(thing)
        if "/ShadingType" in thing or "/PatternType" in thing:
            return self._plain(thing)
        return _dictionary({key: self._refer(thing.raw_get(key), self._plain) for key in thing})

    def _glyphs(self, thing: PdfObject) -> PdfObject | None:
        """Keep the drawings of a font that was drawn by hand (9.6.5)."""
        if not isinstance(thing, DictionaryObject):
            return None
        return _dictionary({key: self._refer(thing.raw_get(key), self._content) for key in thing})


def _text(thing: object) -> str:
    if isinstance(thing, bytes):
        return thing.decode("latin-1")
    return str(thing) if isinstance(thing, str) else ""


def _is_told(key: str, found: PdfObject | None) -> bool:
    """Say whether a string is needed. Programs write the path of a picture where its words belong."""
    if not isinstance(found, (TextStringObject, ByteStringObject)):
        return False
    text = _text(found)
    if key == "/Lang":
        return bool(_LANGUAGE.fullmatch(text))
    looks_like_a_file = "\\" in text or "/" in text or text[-5:-3] == "." or text[-4:-3] == "."
    return key != "/Alt" or not looks_like_a_file


def _tree(pages: list[int]) -> Fields:
    """Return the page tree. It is flat: readers that follow the standard open any width."""
    return {
        "/Type": NameObject("/Pages"),
        "/Kids": ArrayObject(_to(number) for number in pages),
        "/Count": NumberObject(len(pages)),
    }


def _dictionary(fields: Fields) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in fields.items()})


def _to(number: int) -> IndirectObject:
    return IndirectObject(number, 0, None)


def _key(place: IndirectObject) -> tuple[int, int]:
    return place.generation, place.idnum


def _resolved(thing: PdfObject | None) -> PdfObject | None:
    return thing.get_object() if thing is not None else None
