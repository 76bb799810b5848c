"""The posters and comics of the stage set."""

from typing import Final

from kodipest.web.demo import comic, covers, posters
from kodipest.web.demo.catalogue import Part, Piece, Review, scores
from kodipest.web.demo.props import picture

PICTURES: Final = (
    Piece(
        key="P-1",
        kind="poster",
        title="Saf Depan Masih Longgar",
        synopsis="Sandal yang berjajar rapi, dan satu tempat yang sengaja dikosongkan untuk seorang teman.",
        author="SAN-02",
        coach="UST-01",
        stage="publication",
        files=(picture(posters.FRONT_ROW, "main"),),
        advice="Lingkaran putus-putusnya bagus: mengundang tanpa menunjuk siapa pun.",
        note="Pengganti poster lama yang kami tarik sendiri.",
        review=Review(
            "KUR-01",
            scores(4, 4, 4),
            "Terbaca dari jauh dan tidak mempermalukan siapa-siapa.",
            "Perbesar sedikit nama tim di kaki poster untuk cetakan A3.",
        ),
        outlet="santri",
    ),
    Piece(
        key="P-2",
        kind="poster",
        title="Tabayun Dulu, Baru Teruskan",
        synopsis="Tiga pertanyaan untuk setiap pesan berantai sebelum jempol bergerak.",
        author="SAN-08",
        coach="UST-05",
        stage="publication",
        files=(picture(posters.TABAYUN, "main"),),
        advice="Pertanyaannya cukup tiga. Jangan ditambah, nanti tidak ada yang ingat.",
        note="Untuk ditempel di wartel pondok dan dikirim ke grup wali.",
        review=Review(
            "KYA-01",
            scores(4, 3, 4),
            "Mudah diceritakan ulang, bahkan oleh anak kecil.",
            "Beri ruang lebih antara pertanyaan dan nama tim.",
        ),
        outlet="santri",
    ),
    Piece(
        key="P-3",
        kind="poster",
        title="Lampu Kita Padamkan",
        synopsis="Pukul sepuluh malam asrama gelap, lalu bintangnya kelihatan.",
        author="SAN-06",
        coach="UST-02",
        stage="curation",
        files=(picture(posters.LIGHTS_OUT, "main"),),
        advice="Satu jendela yang masih menyala itu cerdas. Teruskan ke kurasi.",
        note="Gambar asrama rekaan, bukan asrama kami, supaya letaknya tidak dikenali.",
        review=Review(
            "KUR-01",
            scores(4, 3, 4),
            "Satu jendela menyala menceritakan semuanya; tidak perlu tanda seru.",
            "Tulisan kecil di bawah sulit dibaca dari jauh, besarkan dua tingkat.",
        ),
    ),
    Piece(
        key="P-4",
        kind="poster",
        title="Latihan: Lima Gambar dari Halaman Dayah",
        synopsis="Tugas pelajaran ketiga: lima gambar diam, masing-masing ditahan sepuluh detik.",
        author="SAN-05",
        coach="UST-04",
        stage="training",
        files=(picture(covers.FIRST_FRAME, "main"),),
    ),
    Piece(
        key="K-1",
        kind="comic",
        title="Peci Tertukar",
        synopsis="Dua peci yang mirip, satu hampir-marah, dan benang hijau di dalamnya. Komik empat halaman.",
        author="SAN-03",
        parts=(Part("SAN-09", "illustrator"),),
        coach="UST-03",
        stage="publication",
        files=tuple(picture(page, "main") for page in comic.PAGES),
        advice="Halaman tiga lucu. Ucapan ustaz cukup satu kalimat, seperti sekarang.",
        note="Tokohnya rekaan semua.",
        review=Review(
            "KUR-02",
            scores(4, 3, 4),
            "Tabayun dijelaskan tanpa satu pun ceramah.",
            "Beri beda yang lebih jelas pada wajah kedua tokoh di halaman pertama.",
        ),
        outlet="santri",
    ),
)
