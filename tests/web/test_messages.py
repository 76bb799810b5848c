"""Catalogues: everything the program says is in them, nothing else, and no placeholder is lost."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from django.core.management import CommandError, call_command

from kodipest.web import catalogues
from kodipest.web.management.commands import messages as command

PAGE = """{% load i18n %}
<h1>{% translate "Works" context "title of a page" %}</h1>
  {% if x %}
    <p>{% blocktranslate trimmed count n=works|length %}
       {{ n }} work
    {% plural %}
       {{ n }} works
    {% endblocktranslate %}</p>
  {% include "a.html" with label=_("Send it") %}
  <p title="{% translate 'Quoted &quot;twice&quot;' %}">{# not a {% translate "comment" %} #}</p>
{% endif %}"""
MODULE = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
GREETING = _("Peace, %(name)s")
MONTH = pgettext_lazy("a month", "May")
def days(n):
    return ngettext("%(n)s day", "%(n)s days", n)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A program of one page and one module."""
    folder = tmp_path / "kodipest" / "web" / "templates"
    folder.mkdir(parents=True)
    (tmp_path / "config").mkdir()
    (folder / "page.html").write_text(PAGE)
    (tmp_path / "kodipest" / "words.py").write_text(MODULE)
    return tmp_path


def renew(root: Path) -> Catalog:
    """Gather and write all catalogues; return what was gathered."""
    found = catalogues.gather(root)
    for language in catalogues.LANGUAGES:
        catalogues.renew(root, language, found)
    return found


def say(root: Path, language: str, **words: str) -> None:
    """Fill in translations: `Peace="Damai"` for the entry whose msgid begins with that word."""
    path = catalogues.catalogue_file(root, language)
    lines = path.read_text().split("\n")
    for number, line in enumerate(lines):
        for begin, said in words.items():
            if line.startswith((f'msgid "{begin}', f'msgid_plural "{begin}')):
                lines[number + 1] = lines[number + 1].replace('""', f'"{said}"')
    path.write_text("\n".join(lines))


def kinds(root: Path, language: str, found: Catalog) -> list[str]:
    return sorted({fault.partition(":")[0] for fault in catalogues.faults(root, language, found)})


def test_everything_said_is_found(root: Path) -> None:
    found = {(message.id, message.context) for message in catalogues.gather(root) if message.id}

    assert found == {
        ("Works", "title of a page"),
        (("%(n)s work", "%(n)s works"), None),
        ("Send it", None),
        ("Quoted &quot;twice&quot;", None),
        ("Peace, %(name)s", None),
        ("May", "a month"),
        (("%(n)s day", "%(n)s days"), None),
    }


def test_new_strings_wait_and_old_translations_stay(root: Path) -> None:
    renew(root)
    say(root, "id", Send="Kirim")
    (root / "kodipest" / "words.py").write_text(MODULE + '\nMORE = _("More")\n')

    found = renew(root)

    known = catalogues.read(root, "id")
    assert known.get("Send it").string == "Kirim"
    assert known.get("More").string == ""
    assert kinds(root, "id", found) == ["untranslated"]


def test_writing_twice_changes_nothing(root: Path) -> None:
    renew(root)
    say(root, "id", Send="Kirim")
    renew(root)
    before = catalogues.catalogue_file(root, "id").read_bytes()

    renew(root)

    assert catalogues.catalogue_file(root, "id").read_bytes() == before
    assert b"POT-Creation-Date" not in before
    assert b"words.py:" not in before


def test_english_is_complete_without_words(root: Path) -> None:
    found = renew(root)

    assert kinds(root, "en", found) == []


def test_what_is_no_longer_said_is_a_fault_and_then_gone(root: Path) -> None:
    renew(root)
    (root / "kodipest" / "words.py").write_text("")
    found = catalogues.gather(root)

    assert "obsolete" in kinds(root, "en", found)
    assert kinds(root, "en", renew(root)) == []


def test_what_was_never_gathered_is_missing(root: Path) -> None:
    renew(root)
    (root / "kodipest" / "words.py").write_text(MODULE + '\nMORE = _("More")\n')

    assert "missing: 'More'" in catalogues.faults(root, "zh_Hans", catalogues.gather(root))


@pytest.mark.parametrize("said", ["Damai", "Damai, %(nama)s", "Damai, {name}"])
def test_a_lost_placeholder_is_a_fault(root: Path, said: str) -> None:
    found = renew(root)
    say(root, "id", Peace=said)

    assert any(
        fault.startswith("placeholders") and "Peace" in fault
        for fault in catalogues.faults(root, "id", found)
    )


def test_a_fuzzy_translation_is_a_fault(root: Path) -> None:
    found = renew(root)
    path = catalogues.catalogue_file(root, "id")
    path.write_text(path.read_text().replace('msgid "Send it"', '#, fuzzy\nmsgid "Send it"'))

    assert "fuzzy: 'Send it'" in catalogues.faults(root, "id", found)


def test_compiling_skips_what_is_fresh_and_what_says_nothing(root: Path) -> None:
    renew(root)
    say(root, "id", Send="Kirim")

    written = catalogues.compile_all(root)

    assert len(written) == 3
    assert catalogues.compile_all(root) == []
    compiled = read_mo(
        BytesIO(catalogues.catalogue_file(root, "id").with_suffix(".mo").read_bytes())
    )
    assert {message.id: message.string for message in compiled if message.id} == {
        "Send it": "Kirim"
    }


def test_the_command_fails_in_words(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ROOT", root)
    call_command("messages", "extract")
    assert "id: 7 messages, 7 wait for a translation" in capsys.readouterr().out

    with pytest.raises(CommandError, match="14 faults"):
        call_command("messages", "check")

    assert "zh_Hans: untranslated: 'Send it'" in capsys.readouterr().err


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_the_catalogues_of_this_program_are_complete(language: str) -> None:
    assert list(catalogues.faults(command.ROOT, language, catalogues.gather(command.ROOT))) == []
