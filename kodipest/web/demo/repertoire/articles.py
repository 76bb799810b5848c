"""The articles of the stage set.

A-3 carries a deliberate error (three words missing from QS 58:11) so that curation has something to
hold back. It stays in curation and is never published.
"""

from typing import Final

from kodipest.web.demo import covers
from kodipest.web.demo.catalogue import Piece, Review, scores
from kodipest.web.demo.props import picture, text

ART_1: Final = "Menyalakan Lampu Kecil: Tiga Menit Ngaji untuk Orang yang Lelah"
ART_2: Final = "Dakwah yang Mengajak, Bukan Mengejek"
ART_3: Final = "Mengapa Santri Perlu Belajar Membuat Film"
ART_4: Final = "Menjilid Kitab, Merawat Ingatan"
ART_5: Final = "Surat untuk Teman di Nanning"
DRAFT: Final = "Kopi Pagi di Lamteuba"
SCRIPT: Final = "Naskah Episode 2: Yang Tidak Terlihat"

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
