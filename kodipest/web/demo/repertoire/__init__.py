"""The works of the stage set: titles, texts, who stood around them, and how far they came."""

from typing import Final

from kodipest.web.demo.catalogue import Outlet
from kodipest.web.demo.repertoire.articles import ARTICLES
from kodipest.web.demo.repertoire.books import BOOKS
from kodipest.web.demo.repertoire.films import FILMS
from kodipest.web.demo.repertoire.pictures import PICTURES
from kodipest.web.demo.repertoire.sounds import SOUNDS

OUTLETS: Final = (
    Outlet(
        "santri",
        "Kanal Santri",
        "Film, komik, dan poster karya santri dari serambi ke serambi. Semua umur.",
    ),
    Outlet(
        "bacaan",
        "Serambi Bacaan",
        "Tulisan dan buku kecil yang habis dibaca sebelum teh menjadi dingin.",
    ),
    Outlet(
        "petang",
        "Suara Petang",
        "Bunyi untuk menemani pulang: hujan, nadham, dan jeda di antaranya.",
    ),
)

PIECES: Final = (*FILMS, *SOUNDS, *ARTICLES, *PICTURES, *BOOKS)
