import time
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kodipest.kernel.text import UNSEEN, article_html, clean_line, clean_text, folded, is_arabic

BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# Everything a person or a machine can put into a string, halves of surrogate pairs included.
anything = st.text(st.characters(codec=None, exclude_categories=()))
markup = st.text(st.sampled_from([*"<>&\"'`*_[]()!#-=+~|\\/: \n\tjax:script"])) | anything
ALLOWED_TAGS = {
    *("p", "em", "strong", "a", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "br"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
}


class Reader(HTMLParser):
    """Collects what a browser would see as markup."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", {}))


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.tags


@given(anything)
@example("e\u202a\u0301")  # an unseen character keeps two others from composing
@example("\ud800")
@example("a\x1cb\x85c\u2028d")
def test_clean_line_is_one_visible_line(text):
    line = clean_line(text)

    assert not UNSEEN.search(line)
    assert not {unicodedata.bidirectional(letter) for letter in line} & BIDI_CONTROLS
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert unicodedata.is_normalized("NFC", line)
    assert clean_line(line) == line
    line.encode()


@given(anything)
@example("e\u202a\u0301")
def test_clean_text_keeps_lines_and_nothing_unseen(text):
    cleaned = clean_text(text)

    assert not UNSEEN.search(cleaned)
    assert not {unicodedata.bidirectional(letter) for letter in cleaned} & BIDI_CONTROLS
    assert "\r" not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean_text(cleaned) == cleaned
    cleaned.encode()


def test_clean_text_writes_every_line_end_one_way():
    assert clean_text(" a\r\nb\rc\n\td ") == "a\nb\nc\n\td"


@pytest.mark.parametrize("clean", [clean_line, clean_text])
@pytest.mark.parametrize(
    "text", ["", " \u3000", "\u200b", "\u200e \u200f", "\u00ad\u2060", "\u202e\ufeff"]
)
def test_a_text_that_nobody_can_see_is_empty(clean, text):
    assert clean(text) == ""


def test_clean_line_keeps_the_joiners_that_arabic_and_javanese_need():
    assert clean_line("می\u200cخواهم \u200d") == "می\u200cخواهم \u200d"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", False),
        ("123 !", False),
        ("Bismillah", False),
        ("بِسْمِ ٱللَّهِ", True),
        ("بسم الله (Bismillah)", False),
        ("ab بس", False),  # half is not most
        ("印尼", False),
        ("ﷲ", True),
    ],
)
def test_is_arabic_counts_letters_only(text, answer):
    assert is_arabic(text) is answer


@given(anything)
def test_is_arabic_never_raises(text):
    assert is_arabic(text) in {True, False}


def test_article_marks_arabic_paragraphs():
    html = article_html("# قال رسول الله\n\nKata Nabi:\n\n> إنما الأعمال بالنيات\n\n- نية\n- niat")

    assert html == (
        '<h1 lang="ar" dir="rtl">قال رسول الله</h1>\n'
        "<p>Kata Nabi:</p>\n"
        '<blockquote>\n<p lang="ar" dir="rtl">إنما الأعمال بالنيات</p>\n</blockquote>\n'
        "<ul>\n<li>نية</li>\n<li>niat</li>\n</ul>\n"
    )


@given(markup)
@example("<script>alert(1)</script>")
@example("<img src=x onerror=alert(1)>")
@example("<!-- a -->\n\n<div>\n*a*\n</div>")
@example("![picture](https://elsewhere.example/x.png)")
@example("[a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1)) [c](data:text/html,x)")
@example('[a](<https://e.example/" onclick="x>) <https://e.example/"onclick=x>')
@example("`<b>` &lt;b&gt; &#60;b&#62; &#x1f;")
def test_article_html_lets_no_markup_of_the_writer_through(text):
    for tag, attributes in tags_of(article_html(text)):
        assert tag in ALLOWED_TAGS
        assert set(attributes) <= {"href", "title", "lang", "dir", "start", "class"}
        address = (attributes.get("href") or "").strip().lower()
        assert not address.startswith(("javascript:", "vbscript:", "data:", "file:"))


def test_article_html_fetches_nothing_from_elsewhere():
    html = article_html("![a](https://e.example/a.png) ![b][c]\n\n[c]: https://e.example/c.png")

    assert {tag for tag, _attributes in tags_of(html)} <= {"p", "a"}


@pytest.mark.parametrize(
    "evil", ["[", "*a ", "> ", "`", "<a ", "[a](", "- ", "![", "&", "\\", "_a"]
)
def test_article_html_reads_a_hostile_text_in_time(evil):
    began = time.process_time()
    article_html(evil * (60_000 // len(evil)))

    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ibrāhīm", "ibrahim"),
        ("ÉCOLE", "école"),
        ("İSTANBUL", "istanbul"),
        ("Straße", "STRASSE"),
        ("ﬁlm", "FILM"),
        ("Qur'an", "Quran"),
        ("Qur’ān", "qur'an"),
        ("ʿIlm", "ilm"),
        ("Ｆｉｌｍ  ２", "film 2"),
        ("مُحَمَّدٌ", "محمد"),
        ("الرَّحْمٰن", "الرحمن"),
        ("أحمد إبراهيم آدم ٱلله", "احمد ابراهيم ادم الله"),
        ("موسى", "موسي"),
        ("مدرسة", "مدرسه"),
        ("كتـــاب", "کتاب"),
        ("ﷲ", "الله"),
        (" two\u00a0 words ", "two words"),
    ],
)
def test_one_word_is_folded_alike_however_it_is_written(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("江户", "江戸"), ("ꦏꦶ", "ꦏ"), ("kitab", "kitap"), ("ب", "ت")]
)
def test_different_words_stay_different(one, other):
    assert folded(one) != folded(other)


@given(anything)
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)


@given(anything)
def test_a_part_is_found_whatever_stands_before_it(text):
    assert folded("KITĀB ku") in folded(f"{text} kitab kuning")
