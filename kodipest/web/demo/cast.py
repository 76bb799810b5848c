"""The people and houses of the stage set. All invented; any likeness is accidental.

Ages, guardians and consents follow the shared sample data: SAN-02 may be heard but not seen,
SAN-05 is under 13 and never public.
"""

from typing import Final

from kodipest.web.demo.catalogue import Choices, House, Someone

HOUSES: Final = (
    House(
        key="PES-01",
        name="Pondok Pesantren Nurul Qalam Sumberayu",
        kind="pesantren",
        place="Jombang",
        province="JI",
        about=(
            "Pesantren di tepi sawah Sumberayu dengan 620 santri dan lab berisi dua belas komputer. "
            "Regu Lampu Serambi merekam di ruang kelas kosong, berdinding sarung supaya tidak bergema."
        ),
    ),
    House(
        key="PES-02",
        name="Pondok Pesantren Darul Hikam Cikawung",
        kind="pesantren",
        place="Majalengka",
        province="JB",
        about=(
            "Pesantren kecil di kaki bukit Cikawung yang belum terjangkau internet. "
            "Karyanya berangkat dengan karavan: satu flashdisk, satu sepeda motor, dua jam perjalanan."
        ),
    ),
    House(
        key="PES-03",
        name="Pesantren Putri Raudlatul Banat Gapura Timur",
        kind="pesantren",
        place="Sumenep",
        province="JI",
        about=(
            "Pesantren putri di ujung timur Madura, tempat nadham dilagukan sejak sebelum subuh. "
            "Santrinya merawat perpustakaan kitab tua dan menjilidnya sendiri."
        ),
    ),
    House(
        key="PES-04",
        name="Dayah Babul Makrifah Lamteuba",
        kind="pesantren",
        place="Aceh Besar",
        province="AC",
        about=(
            "Dayah di lembah Seulawah dengan balai kayu yang terbuka ke empat penjuru. "
            "Belajar merekam di sini dimulai dari mendengarkan hujan."
        ),
    ),
    House(
        key="PES-05",
        name="Pondok Pesantren As-Salam Walenrang Indah",
        kind="pesantren",
        place="Luwu",
        province="SN",
        time_zone="Asia/Makassar",
        about=(
            "Pesantren pesisir di tepi Teluk Bone dengan 180 santri dari kebun, sawah, dan perahu. "
            "Tim medianya memakai lab setiap Ahad pagi, dan selalu menyisakan air untuk kebun cabai."
        ),
    ),
    House(
        key="KOM-01",
        name="Rumah Baca Serambi",
        kind="community",
        place="Yogyakarta",
        province="YO",
        about=(
            "Komunitas pembaca dan penyunting yang menjadi rumah bagi kurator dari luar pesantren. "
            "Mereka menulis satu hal yang baik dan satu hal yang perlu diperbaiki untuk setiap karya."
        ),
    ),
    House(
        key="PRO-01",
        name="Program KodiPest",
        kind="community",
        place="Jakarta",
        province="JK",
        about=(
            "Pengelola program konten digital pesantren: pelatihan, pembinaan, inkubasi, kurasi, dan publikasi. "
            "Setiap angka yang ditulisnya dapat dirunut sampai ke karyanya."
        ),
    ),
    House(
        key="MTR-01",
        name="Mitra Pertukaran Indonesia–Tiongkok",
        kind="community",
        place="Nanning",
        time_zone="Asia/Shanghai",
        about=(
            "Mitra program di Nanning yang menerima karya santri untuk acara bersama kedua negara. "
            "Hanya karya dengan izin wali yang dikirim ke sana."
        ),
    ),
)

ADULT: Final = Choices("full", ("training", "voice", "face", "public", "abroad"))

PEOPLE: Final = (
    # Santri
    Someone(
        "SAN-01",
        "fauzan",
        "Ahmad Fauzan Ramadhani",
        "Fauzan",
        "PES-01",
        ("santri",),
        age=16,
        choices=Choices("nickname", ("training", "voice", "face", "public", "abroad"), "Sutrisno"),
    ),
    Someone(
        "SAN-02",
        "halimah",
        "Siti Nur Halimah",
        "Halimah",
        "PES-01",
        ("santri",),
        age=15,
        choices=Choices("nickname", ("training", "voice", "public"), "Aminah"),
    ),
    Someone(
        "SAN-03",
        "rizqi",
        "Muhammad Rizqi Maulana",
        "Rizqi",
        "PES-02",
        ("santri",),
        age=17,
        choices=Choices(
            "nickname", ("training", "voice", "face", "public", "abroad"), "Ojo Sudarjo"
        ),
    ),
    Someone(
        "SAN-04",
        "naila",
        "Naila Zahratul Aini",
        "Naila",
        "PES-01",
        ("santri",),
        age=18,
        choices=Choices("full", ("training", "voice", "public", "abroad")),
    ),
    Someone(
        "SAN-05",
        "fahrul",
        "Teuku Fahrul Razi",
        "Fahrul",
        "PES-04",
        ("santri",),
        age=12,
        choices=Choices("initials", ("training",), "Cut Mutiawati"),
    ),
    Someone(
        "SAN-06",
        "khalifah",
        "Khalifatul Hasanah",
        "Khalifah",
        "PES-03",
        ("santri",),
        age=17,
        choices=Choices("nickname", ("training", "voice", "public"), "Moh. Zaini"),
    ),
    Someone(
        "SAN-07",
        "rayyan",
        "Teuku Rayyan Maulana",
        "Rayyan",
        "PES-04",
        ("santri",),
        age=18,
        choices=Choices("full", ("training", "voice", "face", "public", "abroad")),
    ),
    Someone(
        "SAN-08",
        "fadhil",
        "Andi Ahmad Fadhil",
        "Fadhil",
        "PES-05",
        ("santri",),
        age=16,
        choices=Choices("nickname", ("training", "voice", "face", "public"), "Andi Baso"),
    ),
    Someone(
        "SAN-09",
        "dadang",
        "Dadang Firmansyah",
        "Dadang",
        "PES-02",
        ("santri",),
        age=16,
        choices=Choices("initials", ("training", "public"), "Iis Aisah"),
    ),
    Someone(
        "SAN-10",
        "tenri",
        "Andi Tenri Wulandari",
        "Tenri",
        "PES-05",
        ("santri",),
        age=17,
        choices=Choices("nickname", ("training", "voice", "public", "abroad"), "Andi Hartati"),
    ),
    # Mentors, kiai, text verifier, operators
    Someone(
        "UST-01",
        "hasan",
        "Ustaz Hasan Basri Al-Anwari",
        "Ustaz Hasan",
        "PES-01",
        ("coach",),
        choices=ADULT,
    ),
    Someone(
        "UST-02",
        "lailatul",
        "Ustazah Lailatul Fitriyah",
        "Ustazah Lailatul",
        "PES-03",
        ("coach",),
        choices=Choices("full", ("voice", "public")),
    ),
    Someone(
        "UST-03",
        "dudung",
        "Ustaz Dudung Hamdani",
        "Ustaz Dudung",
        "PES-02",
        ("coach",),
        choices=ADULT,
    ),
    Someone(
        "UST-04",
        "zulkarnaini",
        "Teungku Zulkarnaini",
        "Teungku Zul",
        "PES-04",
        ("coach",),
        choices=ADULT,
    ),
    Someone(
        "UST-05",
        "rahmi",
        "Ustazah Rahmi Nurdin",
        "Ustazah Rahmi",
        "PES-05",
        ("coach",),
        choices=ADULT,
    ),
    Someone(
        "KYA-01",
        "abdulghafur",
        "KH. Abdul Ghafur Mustafid",
        "Kiai Ghafur",
        "PES-01",
        ("kiai", "curator"),
        choices=Choices("full", ("public",)),
    ),
    Someone(
        "MUT-01",
        "fahmi",
        "Ustaz Fahmi Syarifuddin Al-Hafiz",
        "Ustaz Fahmi",
        "PES-03",
        ("mutashahih",),
        choices=ADULT,
    ),
    Someone("OPR-01", "dewi", "Dewi Rohmawati", "Dewi", "PES-01", ("operator",), choices=ADULT),
    Someone("OPR-02", "asep", "Asep Saepulloh", "Asep", "PES-02", ("operator",), choices=ADULT),
    Someone(
        "OPR-03", "hosniyah", "Hosniyah", "Bu Hosniyah", "PES-03", ("operator",), choices=ADULT
    ),
    Someone(
        "OPR-04",
        "munawar",
        "Munawar Khalil",
        "Bang Munawar",
        "PES-04",
        ("operator",),
        choices=ADULT,
    ),
    Someone(
        "OPR-05", "nirwana", "Nirwana Patta", "Kak Nirwana", "PES-05", ("operator",), choices=ADULT
    ),
    # Curators from outside, the programme, the partner
    Someone(
        "KUR-01", "azizah", "Nur Azizah Lubis", "Azizah", "KOM-01", ("curator",), choices=ADULT
    ),
    Someone(
        "KUR-02", "bagaskara", "Bagaskara Wicaksono", "Bagas", "KOM-01", ("curator",), choices=ADULT
    ),
    Someone(
        "PM-01",
        "ratna",
        "Ratna Widyastuti",
        "Ratna",
        "PRO-01",
        ("programme_manager",),
        choices=ADULT,
    ),
    Someone(
        "PM-02",
        "wanting",
        "李婉婷 (Li Wanting)",
        "李婉婷",
        "MTR-01",
        ("programme_manager",),
        language="zh-hans",
        choices=ADULT,
    ),
)
