"""The sounds of the stage set."""

from typing import Final

from kodipest.web.demo import covers
from kodipest.web.demo.catalogue import Piece, Review, scores
from kodipest.web.demo.props import picture, sound
from kodipest.web.demo.sounds import AFTER_RAIN, RAJAZ

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
