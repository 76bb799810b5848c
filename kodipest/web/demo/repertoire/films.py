"""The films of the stage set."""

from typing import Final

from kodipest.web.demo.catalogue import Part, Piece, Review, scores
from kodipest.web.demo.film_bedug import BEDUG
from kodipest.web.demo.film_ngaji import NGAJI
from kodipest.web.demo.film_wudu import WUDU
from kodipest.web.demo.props import film

FILMS: Final = (
    Piece(
        key="V-1",
        kind="video",
        title="Ngaji Tiga Menit, eps. 1: Sesudah Kesulitan",
        synopsis=(
            "Satu ayat, satu penjelasan guru, satu perbuatan kecil. "
            "Untuk pedagang, sopir, dan ibu yang bekerja sejak sebelum subuh."
        ),
        author="SAN-01",
        parts=(Part("SAN-02", "voice"), Part("SAN-04", "editor")),
        coach="UST-01",
        stage="publication",
        files=(film(NGAJI),),
        advice=(
            "Jeda sebelum ayat sudah tenang. Kata ‘bersama’ jangan diganti ‘sesudah’ di narasi; "
            "lihat lagi penjelasan di kelas."
        ),
        note="Episode pertama dari empat. Wajah Halimah tidak tampil sesuai pilihan walinya; gambarnya ilustrasi.",
        review=Review(
            "KUR-01",
            scores(4, 3, 4),
            "Satu pesan yang langsung terasa, dan ajakannya bisa dikerjakan hari ini juga.",
            "Tahan kartu ayat dua detik lebih lama agar orang tua sempat membacanya.",
        ),
        outlet="santri",
    ),
    Piece(
        key="V-2",
        kind="video",
        title="Bedug Kakek: Dari Batang Nangka sampai Suara Magrib",
        synopsis=(
            "Dokumenter pendek tentang kakek pembuat bedug di Cikawung: "
            "kayu dilubangi pelan-pelan, kulit dijemur, lalu satu pukulan yang dikenal seluruh sawah."
        ),
        author="SAN-03",
        parts=(Part("SAN-09", "illustrator"),),
        coach="UST-03",
        stage="publication",
        files=(film(BEDUG),),
        advice="Bagus, urutan kerjanya jelas. Tambahkan satu gambar tangan kakek diam, supaya penonton ikut bernapas.",
        note="Kakek meminta wajahnya tidak direkam, maka seluruh film kami gambar.",
        review=Review(
            "KYA-01",
            scores(4, 4, 4),
            "Kesabaran kerja terasa tanpa diceramahkan. Khazanah pesantren hidup di sini.",
            "Sebutkan nama kayu dan ukuran bedug di keterangan, anak-anak akan bertanya.",
        ),
        outlet="santri",
    ),
    Piece(
        key="V-3",
        kind="video",
        title="Antre Wudu, Hemat Air",
        synopsis=(
            "Iklan layanan masyarakat tegak untuk ponsel: buka secukupnya, tutup saat mengusap, "
            "dan sisakan air untuk kebun cabai."
        ),
        author="SAN-08",
        coach="UST-05",
        stage="publication",
        files=(film(WUDU),),
        advice="Tulisan besar dan singkat, cocok untuk ponsel. Bunyi tetesnya jangan terlalu ramai.",
        note="Dibuat untuk diputar di layar dekat tempat wudu.",
        review=Review(
            "KUR-02",
            scores(4, 3, 4),
            "Pesan selesai dalam dua puluh detik dan tidak menggurui.",
            "Warna air pada dinding biru agak tenggelam; gelapkan sedikit.",
        ),
        outlet="santri",
    ),
)
