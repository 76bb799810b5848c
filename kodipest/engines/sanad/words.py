"""What the verifier says to people, in the three languages of the house.

The engine has no Django and must speak on a stranger's machine, so its few sentences stand here
and not in the catalogues.
"""

from collections.abc import Mapping

LANGUAGES = ("id", "en", "zh-hans")
DEFAULT_LANGUAGE = "id"

WORDS: Mapping[str, tuple[str, str, str]] = {
    "valid": (
        "Sanad utuh: {count} mata rantai, semua tanda tangan sah.",
        "The sanad is whole: {count} links, every signature holds.",
        "传承链完整：共 {count} 环，签名全部有效。",
    ),
    "invalid": (
        "Sanad TIDAK dapat dipercaya: {count} hal tidak cocok.",
        "The sanad is NOT to be trusted: {count} things do not fit.",
        "传承链不可信：有 {count} 处不符。",
    ),
    "where_link": ("Mata rantai ke-{number}: ", "Link {number}: ", "第 {number} 环："),
    "where_document": ("Seluruh berkas: ", "The whole file: ", "整个文件："),
    "note": ("Catatan. ", "Note. ", "提示。"),
    "name_hidden": ("(nama tidak ditampilkan)", "(name withheld)", "（姓名不公开）"),
    "compared": (
        "Berkas karya cocok dengan sanad: {detail}",
        "The work's file matches the sanad: {detail}",
        "作品文件与传承链一致：{detail}",
    ),
    "unreadable": (
        "berkas ini bukan sanad yang dapat dibaca ({detail}).",
        "this file is not a sanad that can be read ({detail}).",
        "无法作为传承链读取（{detail}）。",
    ),
    "version_unknown": (
        "ditulis dengan format yang lebih baru; perbarui program pemeriksa ({detail}).",
        "written in a later format; update the verifier ({detail}).",
        "采用了更新的格式，请更新验证程序（{detail}）。",
    ),
    "malformed": (
        "bentuknya tidak sesuai format ({detail}).",
        "does not follow the format ({detail}).",
        "不符合格式（{detail}）。",
    ),
    "key_unknown": (
        "ditandatangani kunci yang tidak Anda percayai ({detail}).",
        "signed by a key you do not trust ({detail}).",
        "由您未信任的密钥签署（{detail}）。",
    ),
    "signature_bad": (
        "tanda tangan tidak cocok; isinya diubah sesudah ditandatangani.",
        "the signature does not fit; the text was changed after signing.",
        "签名不符，内容在签署后被改动。",
    ),
    "content_changed": (
        "isi karya berubah ({detail}).",
        "the work has changed ({detail}).",
        "作品内容已改变（{detail}）。",
    ),
    "name_changed": (
        "nama diubah; yang tertulis sekarang: {detail}.",
        "the name was changed; it now reads: {detail}.",
        "姓名被改动，现写作：{detail}。",
    ),
    "person_changed": (
        "peran atau segel nama diubah.",
        "the role or the seal of the name was changed.",
        "角色或姓名封印被改动。",
    ),
    "act_changed": (
        "jenis pengesahan diubah.",
        "the kind of approval was changed.",
        "认可的类别被改动。",
    ),
    "facts_changed": ("keterangan diubah.", "the facts were changed.", "附注被改动。"),
    "site_changed": (
        "nama kunci penanda tangan diubah.",
        "the name of the signing key was changed.",
        "签署密钥的名称被改动。",
    ),
    "date_changed": ("tanggal diubah.", "the date was changed.", "日期被改动。"),
    "order_changed": (
        "urutan mata rantai diubah ({detail}).",
        "the order of the links was changed ({detail}).",
        "环的次序被改动（{detail}）。",
    ),
    "link_missing": (
        "ada mata rantai yang hilang ({detail}).",
        "a link is missing ({detail}).",
        "缺少一环（{detail}）。",
    ),
    "link_repeated": (
        "mata rantai ini berulang ({detail}).",
        "this link is repeated ({detail}).",
        "此环重复（{detail}）。",
    ),
    "link_foreign": (
        "mata rantai ini bukan bagian dari sanad karya ini.",
        "this link does not belong to this chain.",
        "此环不属于这条传承链。",
    ),
    "document_changed": (
        "keterangan di luar tanda tangan diubah ({detail}).",
        "the wrapping around the signatures was changed ({detail}).",
        "签名之外的部分被改动（{detail}）。",
    ),
    "name_withheld": (
        "nama tidak ditampilkan; tanda tangannya tetap diperiksa.",
        "the name is withheld; its signature was checked all the same.",
        "姓名不公开，签名照常验证。",
    ),
    "date_backwards": (
        "bertanggal lebih awal daripada mata rantai sebelumnya ({detail}); jam komputer bisa salah.",
        "dated before the link it stands on ({detail}); a clock may have been wrong.",
        "日期早于前一环（{detail}），可能是时钟有误。",
    ),
    "content_not_compared": (
        "berkas karyanya sendiri belum dibandingkan; tambahkan --content BERKAS.",
        "the work itself was not compared; add --content FILE.",
        "尚未比对作品文件，请加上 --content 文件。",
    ),
}


def say(code: str, language: str, **values: object) -> str:
    """Return the sentence for `code`; an unknown language hears Indonesian."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    return WORDS[code][column].format(**values)
