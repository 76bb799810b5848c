"""The books of the stage set."""

from typing import Final

from kodipest.web.demo import covers
from kodipest.web.demo.books import SERAMBI_BOOK, WORKSHEET
from kodipest.web.demo.catalogue import Part, Piece, Review, scores
from kodipest.web.demo.props import epub, pdf, picture

BOOKS: Final = (
    Piece(
        key="B-1",
        kind="ebook",
        title="Catatan Regu Lampu Serambi",
        synopsis="Panduan kecil merekam di pesantren dalam tiga bab: minta izin, cari cahaya, lalu setorkan.",
        author="SAN-04",
        parts=(Part("SAN-01", "writer"),),
        coach="UST-01",
        stage="publication",
        files=(
            epub(SERAMBI_BOOK),
            picture(covers.SERAMBI_NOTES),
        ),
        advice="Bab pertama tentang izin memang harus yang pertama. Jangan dipindah.",
        note="EPUB kecil, terbuka di ponsel lama.",
        review=Review(
            "KUR-02",
            scores(4, 4, 4),
            "Setiap bab berisi pengalaman, bukan perintah.",
            "Untuk cetakan berikutnya, tambahkan daftar istilah di halaman akhir.",
        ),
        outlet="bacaan",
    ),
    Piece(
        key="B-2",
        kind="ebook",
        title="Naskah Satu Halaman: Lembar Kerja",
        synopsis="Empat lembar yang menuntun gagasan menjadi naskah film enam puluh detik. Siap dicetak.",
        author="SAN-04",
        coach="UST-01",
        stage="incubation",
        files=(pdf(WORKSHEET),),
        advice="Uji dulu kepada sepuluh santri kelas satu, lalu perbaiki petunjuknya.",
    ),
)
