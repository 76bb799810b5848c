"""The works of the stage set: titles, texts, who stood around them, and how far they came.

A-3 carries a deliberate error (three words missing from QS 58:11) so that curation has something to
hold back. It stays in curation and is never published.
"""

from typing import Final

from kodipest.web.demo import comic, covers, posters
from kodipest.web.demo.books import SERAMBI_BOOK, WORKSHEET
from kodipest.web.demo.catalogue import Outlet, Part, Piece, Review
from kodipest.web.demo.film_bedug import BEDUG
from kodipest.web.demo.film_ngaji import NGAJI
from kodipest.web.demo.film_wudu import WUDU
from kodipest.web.demo.props import epub, film, pdf, picture, sound, text
from kodipest.web.demo.sounds import AFTER_RAIN, RAJAZ


def scores(message: int, craft: int, adab: int) -> dict[str, int]:
    return {"message": message, "craft": craft, "adab": adab}


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

ART_1: Final = "Menyalakan Lampu Kecil: Tiga Menit Ngaji untuk Orang yang Lelah"
ART_2: Final = "Dakwah yang Mengajak, Bukan Mengejek"
ART_3: Final = "Mengapa Santri Perlu Belajar Membuat Film"
ART_4: Final = "Menjilid Kitab, Merawat Ingatan"
ART_5: Final = "Surat untuk Teman di Nanning"
DRAFT: Final = "Kopi Pagi di Lamteuba"
SCRIPT: Final = "Naskah Episode 2: Yang Tidak Terlihat"

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

SOUNDS: Final = (
    Piece(
        key="S-1",
        kind="audio",
        title="Serambi Sesudah Hujan",
        synopsis=(
            "Suasana balai dayah ketika hujan mereda dan jangkrik mulai terdengar. "
            "Seluruh bunyinya buatan komputer: nada, derau, dan kesabaran."
        ),
        author="SAN-07",
        coach="UST-04",
        stage="publication",
        files=(sound(AFTER_RAIN), picture(covers.RAIN_PORCH)),
        advice="Hujannya mereda terlalu cepat pada setoran pertama. Yang sekarang sudah pas.",
        note="Nada dan hujan disintesis, tidak ada rekaman milik orang lain.",
        review=Review(
            "KUR-01",
            scores(3, 4, 4),
            "Jujur menyebut bunyinya buatan, dan tetap meneduhkan.",
            "Tulis di keterangan kapan sebaiknya diputar, misalnya menjelang tidur.",
        ),
        outlet="petang",
    ),
    Piece(
        key="S-2",
        kind="audio",
        title="Irama Rajaz: Pola Nadham dalam Nada",
        synopsis=(
            "Panjang-pendek bahar rajaz dibunyikan dengan nada sintetis, "
            "supaya santri baru dapat menirukan ketukannya sebelum menghafal baitnya."
        ),
        author="SAN-06",
        coach="UST-02",
        stage="coaching",
        files=(sound(RAJAZ), picture(covers.METRE)),
        advice="Suku kata ketiga mestinya pendek. Dengarkan lagi lalaran bakda Subuh, lalu setorkan Rabu ini.",
    ),
)

ARTICLES: Final = (
    Piece(
        key="A-1",
        kind="article",
        title=ART_1,
        synopsis="Dari pertanyaan seorang penjual pecel lahirlah ngaji yang cukup didengar sambil mengulek.",
        author="SAN-01",
        coach="UST-01",
        stage="publication",
        body=text("art-1.md", ART_1),
        files=(picture(covers.SMALL_LAMP),),
        advice="Kalimat Bu Wagiyem di akhir jangan ditambahi nasihat. Biarkan ia yang menutup.",
        note="Kutipan QS 94:5–6 disalin dari panel rujukan.",
        review=Review(
            "KUR-02",
            scores(4, 4, 4),
            "Hangat, jujur, dan tidak menjanjikan yang bukan-bukan.",
            "Jelaskan arti ‘nadham’ sekali saja untuk pembaca di luar pesantren.",
        ),
        outlet="bacaan",
    ),
    Piece(
        key="A-2",
        kind="article",
        title=ART_2,
        synopsis="Tiga pertanyaan sebelum mengunggah, dan sandal-sandal yang akhirnya memanggil seorang teman pulang ke saf depan.",
        author="SAN-02",
        coach="UST-01",
        stage="publication",
        body=text("art-2.md", ART_2),
        files=(picture(covers.INVITATION),),
        advice="Kisah temannya sudah disamarkan dengan baik. Periksa lagi, apakah ia tersenyum bila membacanya?",
        note="Teman yang diceritakan sudah membaca dan mengizinkan.",
        review=Review(
            "KUR-01",
            scores(4, 3, 4),
            "Penulis berani menceritakan kesalahannya sendiri lebih dahulu.",
            "Paragraf tabayun agak panjang; pecah menjadi dua.",
        ),
        outlet="bacaan",
    ),
    Piece(
        key="A-3",
        kind="article",
        title=ART_3,
        synopsis="Film sebagai kitab yang bergerak: mengapa membuat satu adegan wudu memaksa santri lebih banyak mengaji.",
        author="SAN-03",
        coach="UST-03",
        stage="curation",
        body=text("art-3.md", ART_3),
        files=(picture(covers.CARDBOARD_FILM),),
        advice="Gagasannya kuat. Bandingkan lagi kutipan ayatnya dengan mushaf sebelum lanjut.",
        note="Mohon diperiksa kutipan ayatnya; saya menyalin dari sebuah poster.",
    ),
    Piece(
        key="A-4",
        kind="article",
        title=ART_4,
        synopsis="Enam lubang, satu benang, dan sebelas kitab yang kembali ke rak.",
        author="SAN-06",
        coach="UST-02",
        stage="publication",
        body=text("art-4.md", ART_4),
        files=(picture(covers.BOOKBINDING),),
        advice="Ucapan Bu Hamidah tentang sandal itu mutiaranya. Letakkan lebih awal.",
        note="Bu Hamidah mengizinkan namanya ditulis.",
        review=Review(
            "KYA-01",
            scores(4, 4, 4),
            "Merawat kitab adalah merawat guru. Tulisan ini menunjukkannya dengan tangan, bukan dengan slogan.",
            "Tambahkan satu foto atau gambar tusuk rantai supaya pembaca dapat mencoba.",
        ),
        outlet="bacaan",
    ),
    Piece(
        key="A-5",
        kind="article",
        title=ART_5,
        synopsis="Sebuah surat dari tepi Teluk Bone tentang pagi, kapurung, dan jaringan yang sering hilang.",
        author="SAN-10",
        coach="UST-05",
        stage="publication",
        body=text("art-5.md", ART_5),
        files=(picture(covers.LETTER),),
        advice="Jangan takut lucu. Bagian sandal dan hujan kecil itu justru yang paling diingat.",
        note="Boleh ditampilkan di acara Indonesia–Tiongkok, wali sudah setuju.",
        review=Review(
            "KUR-02",
            scores(3, 4, 4),
            "Nadanya setara: bercerita dan sekaligus bertanya balik.",
            "Satu kalimat tentang apa yang dipelajari dari surat balasan akan melengkapinya.",
        ),
        outlet="bacaan",
    ),
    Piece(
        key="A-6",
        kind="article",
        title=DRAFT,
        synopsis="Catatan pertama tentang tungku, saringan kain, dan tiga orang tua di bangku yang sama.",
        author="SAN-07",
        coach="UST-04",
        stage="training",
        body=text("draf-kopi.md", DRAFT),
    ),
    Piece(
        key="A-7",
        kind="article",
        title=SCRIPT,
        synopsis="Naskah suara tiga menit tentang orang yang merapikan sandal saat semua sudah tidur.",
        author="SAN-01",
        coach="UST-01",
        stage="training",
        body=text("draf-malam.md", SCRIPT),
        advice=(
            "Ceritanya sudah hidup. Kalimat ‘perbuatan baik tidak perlu penonton’ pindahkan ke akhir, "
            "dan sebutkan siapa yang menjelaskannya di kelas."
        ),
    ),
)

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

PIECES: Final = (*FILMS, *SOUNDS, *ARTICLES, *PICTURES, *BOOKS)
