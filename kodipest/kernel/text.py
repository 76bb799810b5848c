"""Text of people: cleaned on the way in, shown safely on the way out."""

import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:  # loaded when there is an article to show: never in a worker
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Letters whose script runs right to left: Arabic with its supplements and presentation forms.
ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
LETTER = re.compile(r"[^\W\d_]")
# Characters that change the direction of the text around them, or cannot be seen at all, and halves
# of surrogate pairs, which no database takes.
UNSEEN = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
# What takes no ink alone: spaces, joiners, soft hyphens, marks of direction.
INKLESS = re.compile(r"[\s\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064]*")

# Letters that one word is written with now and then; None: with or without.
ALIKE = str.maketrans(
    {
        "\u0671": "\u0627",  # alef wasla; hamza above, below and madda are marks, and gone already
        "\u0649": "\u064a",  # alef maqsura
        "\u06cc": "\u064a",  # Persian ya
        "\u06a9": "\u0643",  # Persian kaf
        "\u0629": "\u0647",  # ta marbuta
        "\u0640": None,  # tatweel
        "\u0621": None,  # hamza alone
    }
    | dict.fromkeys("'`´\u2018\u2019\u02bb\u02bc\u02be\u02bf\u00ad\u200c\u200d")  # Qur'an, ʿIlm
)


def clean_line(text: str) -> str:
    """Return `text` as one NFC line without control characters or outer space; nothing unseen alone."""
    # First out, then NFC: what stood apart only by an unseen character may compose now.
    line = " ".join(unicodedata.normalize("NFC", UNSEEN.sub("", text)).split())
    return "" if INKLESS.fullmatch(line) else line


def clean_text(text: str) -> str:
    """Return `text` in NFC with plain line ends, without control characters; nothing unseen alone."""
    lines = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = unicodedata.normalize("NFC", lines).strip()
    return "" if INKLESS.fullmatch(text) else text


def folded(text: str) -> str:
    """Return what is compared when somebody searches: alike for all spellings of one word.

    Without capitals, accents, harakat, tatweel and apostrophes; alef, ya and ta marbuta in one form
    each, as Lucene's ArabicNormalizer has them; compatibility forms (NFKC) taken apart. Letters of
    scripts that write vowels as marks (Javanese, Devanagari) keep them: their class is 0.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFC", bare).translate(ALIKE).split())


def is_arabic(text: str) -> bool:
    """Say whether most letters of `text` are Arabic, so that it is set right to left."""
    letters = LETTER.findall(text)
    return bool(letters) and 2 * sum(map(bool, map(ARABIC.match, letters))) > len(letters)


@cache
def _article() -> "MarkdownIt":
    """Read CommonMark without raw HTML or pictures: an article brings no foreign address."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).disable(
        ["image", "html_block", "html_inline"]
    )

    def right_to_left(state: object) -> None:
        tokens: list[Token] = state.tokens  # type: ignore[attr-defined]
        for opening, inline in pairwise(tokens):
            if inline.type == "inline" and opening.nesting == 1 and is_arabic(inline.content):
                opening.attrSet("lang", "ar")
                opening.attrSet("dir", "rtl")

    reader.core.ruler.push("right_to_left", right_to_left)
    return reader


def article_html(text: str) -> SafeString:
    """Render an article: safe CommonMark, Arabic paragraphs marked `lang="ar" dir="rtl"`."""
    html: str = _article().render(text)
    return mark_safe(html)  # noqa: S308 -- raw HTML is disabled in the reader
