"""Take over the objects of a PDF, clean: what is known to paint or to structure, nothing else."""

import re
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from pypdf import PdfReader
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
from kodipest.engines.media.pdf_streams import bare_stream
from kodipest.engines.media.pdf_writer import PdfWriter

MAX_OBJECTS = 2_000_000
MAX_NESTING = 60
_TRAITS = {"/Table", "/List", "/Layout"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

Fields = dict[str, PdfObject]
Clean = Callable[[PdfObject], PdfObject | None]


class _Due(NamedTuple):
    """An object that something written already points to."""

    number: int
    place: IndirectObject
    clean: Clean


class Objects:
    """Gives each object of the old file a number in the new one, and writes it when its turn comes."""

    def __init__(self, reader: PdfReader, writer: PdfWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.numbers: dict[tuple[int, int], int] = {}
        self.due: deque[_Due] = deque()
        self.unnamed_layers = 0

    def allowed(self, old: PdfObject | None, keys: frozenset[str]) -> Fields:
        if not isinstance(old, DictionaryObject):
            return {}
        cleaned = {key: self._value(key, old.raw_get(key)) for key in old if key in keys}
        return {key: value for key, value in cleaned.items() if value is not None}

    def refer(self, thing: PdfObject, clean: Clean) -> PdfObject:
        """Return a reference to the copy of what `thing` points to; a thing itself is cleaned."""
        if not isinstance(thing, IndirectObject):
            kept = clean(thing)
            return NullObject() if kept is None else kept
        number = self.numbers.get(key_of(thing))
        if number is None:
            if len(self.numbers) >= MAX_OBJECTS:
                raise Unusable("too_large", f"more than {MAX_OBJECTS} objects")
            number = self.numbers[key_of(thing)] = self.writer.take_number()
            self.due.append(_Due(number, thing, clean))
        return reference_to(number)

    def write_due(self) -> None:
        while self.due:
            number, place, clean = self.due.popleft()
            old = place.get_object()
            if isinstance(old, StreamObject):
                fields, body = bare_stream(old, is_content=clean == self.content)
                cleaned = self.allowed(fields, pdf_keys.PAINTING)
                self.writer.add_stream(number, dictionary_of(cleaned), body)
                self.reader.resolved_objects.pop((place.generation, place.idnum), None)
            else:
                kept = clean(old) if old is not None else None
                self.writer.add(number, NullObject() if kept is None else kept)

    def content(self, thing: PdfObject) -> PdfObject | None:
        """Keep a stream in the language of pages or of PostScript, or the name of a known one."""
        return thing if isinstance(thing, (StreamObject, NameObject)) else None

    def _value(self, key: str, value: PdfObject) -> PdfObject | None:
        """Clean what hangs under `key`."""
        if key in pdf_keys.WORDS:
            found = resolved(value)
            return found if _is_told(key, found) else None
        if key in pdf_keys.PROGRAMS:
            return self.refer(value, self.content)
        if key in pdf_keys.NAMED_BY_THE_FILE:
            return self.refer(value, self._glyphs if key == "/CharProcs" else self._named)
        return self.refer(value, self.plain)

    def plain(self, thing: PdfObject, depth: int = 0) -> PdfObject | None:
        """Keep numbers and names, and of dictionaries what is known to paint or to structure."""
        if isinstance(thing, IndirectObject):
            return self.refer(thing, self.plain)
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
            return dictionary_of({"/Type": NameObject("/OCG"), "/Name": name})
        fields = self.allowed(thing, pdf_keys.PAINTING)
        if (
            "/S" in fields
            and "/P" in fields
            and (traits := self._traits(resolved(thing.get("/A"))))
        ):
            fields["/A"] = traits
        return dictionary_of(fields)

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
            elif (cleaned := self.plain(part, depth + 1)) is not None:
                kept.append(cleaned)
        return ArrayObject(kept)

    def _traits(self, traits: PdfObject | None) -> PdfObject | None:
        """Keep attributes of the structure that are numbers and names, as the span of a cell."""
        each = list(traits) if isinstance(traits, ArrayObject) else [traits]
        told = [self.allowed(resolved(one), pdf_keys.STRUCTURE) for one in each]
        kept = [dictionary_of(fields) for fields in told if str(fields.get("/O")) in _TRAITS]
        return ArrayObject(kept) if kept else None

    def _named(self, thing: PdfObject) -> PdfObject | None:
        """Keep every entry of a dictionary whose keys are names of the file's own making."""
        if not isinstance(thing, DictionaryObject) or isinstance(thing, StreamObject):
            return self.plain(thing)
        if "/ShadingType" in thing or "/PatternType" in thing:
            return self.plain(thing)
        return dictionary_of({key: self.refer(thing.raw_get(key), self.plain) for key in thing})

    def _glyphs(self, thing: PdfObject) -> PdfObject | None:
        """Keep the drawings of a font that was drawn by hand (9.6.5)."""
        if not isinstance(thing, DictionaryObject):
            return None
        return dictionary_of({key: self.refer(thing.raw_get(key), self.content) for key in thing})


def text_of(thing: object) -> str:
    if isinstance(thing, bytes):
        return thing.decode("latin-1")
    return str(thing) if isinstance(thing, str) else ""


def _is_told(key: str, found: PdfObject | None) -> bool:
    """Say whether a string is needed. Programs write the path of a picture where its words belong."""
    if not isinstance(found, (TextStringObject, ByteStringObject)):
        return False
    text = text_of(found)
    if key == "/Lang":
        return bool(_LANGUAGE.fullmatch(text))
    looks_like_a_file = "\\" in text or "/" in text or text[-5:-3] == "." or text[-4:-3] == "."
    return key != "/Alt" or not looks_like_a_file


def dictionary_of(fields: Fields) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in fields.items()})


def reference_to(number: int) -> IndirectObject:
    return IndirectObject(number, 0, None)


def key_of(place: IndirectObject) -> tuple[int, int]:
    return place.generation, place.idnum


def resolved(thing: PdfObject | None) -> PdfObject | None:
    return thing.get_object() if thing is not None else None
