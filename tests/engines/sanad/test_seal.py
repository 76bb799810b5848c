import re
from xml.etree import ElementTree as ET

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.seal import WIDTH, SealLink, qr_svg, seal_svg

SVG = "{http://www.w3.org/2000/svg}"
LINKS = [
    SealLink("Dibuat", "Aisyah", "12 Jun 2026 / 26 Zulhijah 1447 H"),
    SealLink("Disahkan pembina", "Ustaz Budi", "3 Jul 2026"),
    SealLink("Lulus kurasi", "", "9 Jul 2026"),
    SealLink("Terbit", "Kanal Santri", "11 Jul 2026, 16.00 WIB"),
]
ANY_TEXT = st.text(max_size=120)


def texts(svg, kind):
    return [
        element.text
        for element in ET.fromstring(svg).iter(f"{SVG}text")
        if element.get("class") == f"sanad-seal__{kind}"
    ]


def is_allowed_by_a_strict_policy(svg):
    root = ET.fromstring(svg)
    names = {name for element in root.iter() for name in element.attrib}
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    return not (
        {"style", "href"} & names
        or any(name.startswith("on") or "}" in name for name in names)
        or tags - {"svg", "title", "desc", "g", "path", "circle", "text"}
    )


def test_seal_draws_every_link_in_words_and_numbers():
    svg = seal_svg(LINKS, title="Sanad karya")

    assert texts(svg, "number") == ["1", "2", "3", "4"]
    assert texts(svg, "label") == ["Dibuat", "Disahkan pembina", "Lulus kurasi", "Terbit"]
    assert texts(svg, "name") == ["Aisyah", "Ustaz Budi", "Kanal Santri"]
    assert texts(svg, "date") == [link.date for link in LINKS]
    assert svg.count("sanad-seal__chain") == 3
    assert svg.count("sanad-seal__link--last") == 1


def test_seal_is_read_aloud_whole():
    root = ET.fromstring(seal_svg(LINKS, title="Sanad karya"))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert title.text == "Sanad karya"
    assert desc.text == (
        "1. Dibuat, Aisyah, 12 Jun 2026 / 26 Zulhijah 1447 H; 2. Disahkan pembina, Ustaz Budi,"
        " 3 Jul 2026; 3. Lulus kurasi, 9 Jul 2026; 4. Terbit, Kanal Santri, 11 Jul 2026, 16.00 WIB"
    )


def test_seal_is_the_same_for_the_same_chain_and_has_its_own_ids():
    assert seal_svg(LINKS, title="S") == seal_svg(list(LINKS), title="S")
    ids = [
        set(re.findall(r' id="([^"]+)"', seal_svg(links, title="S", uid=uid)))
        for links, uid in [(LINKS, ""), (LINKS[:2], ""), (LINKS, "card")]
    ]
    assert len(set.union(*ids)) == 6


def test_seal_needs_no_colour_and_scales():
    svg = seal_svg(LINKS, title="S")

    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg))
    root = ET.fromstring(svg)
    assert colours == {"none", "currentColor"}
    assert root.get("viewBox").startswith(f"0 0 {WIDTH} ")
    assert root.get("width") is None


def test_seal_mirrors_for_right_to_left_pages():
    links = [SealLink("أُجيز", "الأستاذ Budi", "١٨ محرّم ١٤٤٨ هـ")]
    left, right = (
        ET.fromstring(seal_svg(links, title="سند", direction=direction))
        for direction in ("ltr", "rtl")
    )

    assert (left.get("direction"), right.get("direction")) == ("ltr", "rtl")
    for before, after in zip(left.iter(f"{SVG}text"), right.iter(f"{SVG}text"), strict=True):
        if before.get("x"):
            assert int(before.get("x")) + int(after.get("x")) == WIDTH
    assert "translate(30 " in ET.tostring(left, "unicode")
    assert f"translate({WIDTH - 30} " in ET.tostring(right, "unicode")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Ustaz Budi", ["Ustaz Budi"]),
        (
            "Ustaz Budi, mutashahih pada Pondok Pesantren Nurul Qalam",
            ["Ustaz Budi, mutashahih pada", "Pondok Pesantren Nurul Qalam"],
        ),
        (
            "哈桑·巴斯里老师，习经院（Pesantren）的导师与经文校对员",
            ["哈桑·巴斯里老师，习经院（Pesantren）", "的导师与经文校对员"],
        ),
        ("W" * 60, ["W" * 17, "W" * 17, "W" * 17, "W" * 9]),
    ],
)
def test_seal_breaks_long_names(name, lines):
    drawn = texts(seal_svg([SealLink("Dibuat", name, "")], title="S"), "name")

    assert drawn == lines


def test_seal_grows_with_its_lines():
    def height(name):
        svg = seal_svg([SealLink("Dibuat", name, "12 Jun 2026")], title="S")
        return int(ET.fromstring(svg).get("viewBox").split()[3])

    assert height("Aisyah") < height("Aisyah binti Abdurrahman " * 4)
    assert height("Aisyah") < height("عَائِشَة")


@given(
    st.lists(st.builds(SealLink, ANY_TEXT, ANY_TEXT, ANY_TEXT), min_size=1, max_size=3), ANY_TEXT
)
def test_seal_is_well_formed_whatever_it_is_given(links, title):
    svg = seal_svg(links, title=title)

    assert is_allowed_by_a_strict_policy(svg)


def test_seal_cannot_be_made_to_carry_markup():
    svg = seal_svg(
        [SealLink('"><script>alert(1)</script>', "<b onclick=x>", "&amp;")],
        title="</title><style>",
        uid='"onload="x',
    )

    assert is_allowed_by_a_strict_policy(svg)
    assert texts(svg, "name") == ["<b onclick=x>"]
    assert texts(svg, "date") == ["&amp;"]


def test_seal_refuses_an_empty_chain():
    with pytest.raises(SanadError) as refusal:
        seal_svg([], title="S")

    assert refusal.value.code == "chain_empty"


def test_qr_carries_the_address_and_no_style():
    url = "https://kodipest.example/karya/ngaji-tiga-menit/?a=1&b=2"
    svg = qr_svg(url)
    root = ET.fromstring(svg)

    side = segno.make(url, error="m", micro=False).symbol_size()[0]
    assert is_allowed_by_a_strict_policy(svg)
    assert root.get("viewBox") == f"0 0 {side} {side}"
    assert (root.get("role"), root.get("class"), root.get("width")) == ("img", "sanad-qr", None)
    assert root.find(f"{SVG}title").text == url
    assert qr_svg(url, title="Periksa <sendiri>").count("Periksa &lt;sendiri&gt;") == 1


def test_qr_stays_dark_on_white_with_a_quiet_zone():
    paths = list(ET.fromstring(qr_svg("https://kodipest.example/")).iter(f"{SVG}path"))

    assert [path.get("fill") or path.get("stroke") for path in paths] == ["#fff", "#000"]
    assert paths[1].get("d").startswith("M4 4.5h7")
