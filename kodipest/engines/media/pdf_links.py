"""Say where the links and bookmarks of a PDF lead: to the web, or to a place in this document."""

from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from kodipest.engines.media.pdf_objects import (
    Fields,
    dictionary_of,
    key_of,
    reference_to,
    resolved,
    text_of,
)
from kodipest.engines.media.pdf_writer import PdfWriter

MAX_BOOKMARKS = 20_000
LINK_STARTS = ("http://", "https://")


class Links:
    """Knows the pages by their `numbers` in the new file, and the destinations that have a name."""

    def __init__(self, reader: PdfReader, numbers: dict[tuple[int, int], int]) -> None:
        self.numbers = numbers
        self.targets = {
            str(name): found.dest_array for name, found in reader.named_destinations.items()
        }

    def lead(self, holder: DictionaryObject) -> Fields:
        """Return where a link or bookmark leads: a web address, or a place in this document."""
        action = resolved(holder.get("/A"))
        if isinstance(action, DictionaryObject) and action.get("/S") == "/URI":
            text = text_of(resolved(action.get("/URI")))
            if not text.lower().startswith(LINK_STARTS):
                return {}
            web: Fields = {"/S": NameObject("/URI"), "/URI": TextStringObject(text)}
            return {"/A": dictionary_of(web)}
        place = holder.get("/Dest")
        if isinstance(action, DictionaryObject) and action.get("/S") == "/GoTo":
            place = action.get("/D")
        array = self._place(resolved(place))
        return {"/Dest": array} if array else {}

    def _place(self, place: object) -> ArrayObject | None:
        if isinstance(place, (str, bytes)):
            place = self.targets.get(text_of(place))
        if not isinstance(place, ArrayObject) or not place:
            return None
        page = place[0]
        number = self.numbers.get(key_of(page)) if isinstance(page, IndirectObject) else None
        if number is None:
            return None
        rest = [resolved(part) for part in place[1:]]
        plain = [
            part
            for part in rest
            if isinstance(part, (NameObject, NumberObject, FloatObject, NullObject))
        ]
        return ArrayObject([reference_to(number), *plain])


class Bookmarks:
    def __init__(self, writer: PdfWriter, links: Links) -> None:
        self.writer = writer
        self.links = links

    def write(self, outline: PdfObject | None) -> int | None:
        """Write the tree of bookmarks with its titles and places; return its root."""
        root = self.writer.take_number()
        left, seen = [MAX_BOOKMARKS], set[int]()
        ends = self._level(outline, root, left, seen)
        if ends is None:
            return None
        first, last, count = ends
        level = {
            "/Type": NameObject("/Outlines"),
            "/First": reference_to(first),
            "/Last": reference_to(last),
        }
        self.writer.add(root, dictionary_of({**level, "/Count": NumberObject(count)}))
        return root

    def _level(
        self, above: PdfObject | None, parent: int, left: list[int], seen: set[int]
    ) -> tuple[int, int, int] | None:
        items = list(self._siblings(above, left, seen)) if len(seen) < MAX_BOOKMARKS else []
        if not items:
            return None
        mine = [self.writer.take_number() for _ in items]
        for index, (item, number) in enumerate(zip(items, mine, strict=True)):
            fields: Fields = {"/Title": TextStringObject(text_of(resolved(item.get("/Title"))))}
            fields |= {"/Parent": reference_to(parent), **self.links.lead(item)}
            if index:
                fields["/Prev"] = reference_to(mine[index - 1])
            if index + 1 < len(mine):
                fields["/Next"] = reference_to(mine[index + 1])
            if below := self._level(item, number, left, seen):
                first, last, count = below
                fields |= {
                    "/First": reference_to(first),
                    "/Last": reference_to(last),
                    "/Count": NumberObject(-count),
                }
            self.writer.add(number, dictionary_of(fields))
        return mine[0], mine[-1], len(mine)

    def _siblings(
        self, above: PdfObject | None, left: list[int], seen: set[int]
    ) -> Iterator[DictionaryObject]:
        item = resolved(above.get("/First")) if isinstance(above, DictionaryObject) else None
        while isinstance(item, DictionaryObject) and id(item) not in seen and left[0]:
            seen.add(id(item))
            left[0] -= 1
            yield item
            item = resolved(item.get("/Next"))
