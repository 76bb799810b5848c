"""Messages of the interface: gathered from the program, checked, compiled. Babel only, no gettext tools."""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGES = {"id": "id", "en": "en", "zh_Hans": "zh_Hans"}  # folder under locale/ -> Babel's name
SOURCE_LANGUAGE = "en"  # the language of the msgids: an empty translation is complete
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\([a-zA-Z_]\w*\)[sdf]|%[sd]|\{[a-zA-Z_]\w*\}")


def gather(root: Path) -> Catalog:
    """Return every message that Python and templates below `root`/kodipest and config name."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for path in _program_files(root):
        name = path.relative_to(root).as_posix()
        method: Any = extract_python if path.suffix == ".py" else extract_template
        with path.open("rb") as file:
            for line, text, comments, context in extract(method, file, KEYWORDS, ["Translators:"]):
                found.add(text, locations=[(name, line)], auto_comments=comments, context=context)
    return found


def extract_template(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, Any, list[str]]]:
    """Extract from a Django template: its tags as Python calls, each line from its first column."""
    source = templatize(file.read().decode(), origin=getattr(file, "name", None))
    flat = "\n".join(line.lstrip() for line in source.split("\n"))
    yield from extract_python(BytesIO(flat.encode()), keywords, comment_tags, {"encoding": "utf-8"})


def catalogue_file(root: Path, language: str) -> Path:
    """Name the catalogue of `language`."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(root: Path, language: str) -> Catalog:
    """Read a catalogue, or begin an empty one."""
    path = catalogue_file(root, language)
    if not path.exists():
        return Catalog(locale=LANGUAGES[language], charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGES[language], charset="utf-8")


def renew(root: Path, language: str, found: Catalog) -> None:
    """Write the catalogue with exactly the messages of `found`, keeping their translations.

    A changed sentence is a new sentence: nothing is guessed. What is no longer said is dropped; the
    history of the file has it. No line numbers and no dates, so that a change stays readable.
    """
    old = read(root, language)
    new = Catalog(locale=LANGUAGES[language], charset="utf-8", fuzzy=False, project="KodiPest")
    for message in found:
        if not message.id:
            continue
        known = old.get(message.id, message.context)
        new.add(
            message.id,
            known.string if known else "",
            locations=sorted({(name, 0) for name, _line in message.locations}),
            flags=(known.flags if known else set()) | message.flags,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known else [],
            context=message.context,
        )
    buffer = BytesIO()
    write_po(buffer, new, sort_output=True, width=100, include_lineno=False, omit_header=True)
    path = catalogue_file(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_header(new) + buffer.getvalue())


def faults(root: Path, language: str, found: Catalog) -> Iterator[str]:
    """Yield, in words, each reason why `language` is not complete."""
    catalogue = read(root, language)
    said = {(message.id, message.context) for message in found if message.id}
    for message in catalogue:
        if message.id and (message.id, message.context) not in said:
            yield f"obsolete: {message.id!r}"
    for message in found:
        if message.id:
            known = catalogue.get(message.id, message.context)
            yield from _faults_of(message, known, translated=language != SOURCE_LANGUAGE)


def compile_all(root: Path) -> list[Path]:
    """Write each django.mo that is missing or older than its catalogue; return those written."""
    written = []
    for language in LANGUAGES:
        source = catalogue_file(root, language)
        target = source.with_suffix(".mo")
        if not source.exists() or (
            target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns
        ):
            continue
        scratch = target.with_suffix(f".mo.{os.getpid()}")
        with scratch.open("wb") as file:
            write_mo(file, _said(read(root, language)))
        scratch.replace(target)
        written.append(target)
    return written


def _said(catalogue: Catalog) -> Catalog:
    """Drop plural messages without words: an empty plural would be shown as nothing at all."""
    for message in list(catalogue):
        if message.id and not isinstance(message.string, str) and not all(message.string):
            catalogue.delete(message.id, message.context)
    return catalogue


def _program_files(root: Path) -> Iterator[Path]:
    for folder in ("config", "kodipest"):
        for suffix in ("py", "html", "txt"):
            for path in sorted((root / folder).rglob(f"*.{suffix}")):
                parts = path.relative_to(root).parts
                if "migrations" in parts or "vendor" in parts or "static" in parts:
                    continue
                if suffix == "py" or "templates" in parts:
                    yield path


def _faults_of(message: Message, known: Message | None, *, translated: bool) -> Iterator[str]:
    if known is None:
        yield f"missing: {message.id!r}"
        return
    if known.fuzzy:
        yield f"fuzzy: {message.id!r}"
    strings = [known.string] if isinstance(known.string, str) else list(known.string)
    if translated and not all(strings):
        yield f"untranslated: {message.id!r}"
    wanted = _placeholders(message.id if isinstance(message.id, str) else message.id[-1])
    for string in filter(None, strings):
        if (given := _placeholders(string)) != wanted:
            yield f"placeholders {sorted(given)} instead of {sorted(wanted)}: {message.id!r}"


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def _header(catalogue: Catalog) -> bytes:
    plural = catalogue.plural_forms
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {plural}\\n"\n\n'
    ).encode()
