"""Whatever is done to a chain, it is either seen or changes no meaning."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from kodipest.engines.sanad.canonical import read_strictly
from kodipest.engines.sanad.chain import verify
from kodipest.engines.sanad.content import content_hash
from kodipest.engines.sanad.keys import SiteKey
from tests.engines.sanad import chains
from tests.engines.sanad.chains import edited, exported

KEY = SiteKey.generate()
TRUSTED = [KEY.public]
MANIFEST = {"title": "Kisah Sabar – مَعَ الْعُسْرِ", "files": [{"sha256": "aa" * 32, "size": 7}]}
CONTENT = content_hash(MANIFEST)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(str.strip)
ACTS = st.from_regex(r"[a-z][a-z0-9_-]{0,10}", fullmatch=True)
STEPS = st.lists(st.tuples(ACTS, ACTS, NAMES), min_size=1, max_size=8)


def document_of(steps):
    return exported(chains.chain(KEY, steps), KEY)


DOCUMENT = exported(
    [
        chains.vouch(
            key=KEY,
            statement=chains.statement(content=CONTENT),
            name="Aisyah – عائشة",
        )
    ],
    KEY,
    manifest=MANIFEST,
)
LONG_DOCUMENT = document_of(chains.STEPS)


@given(STEPS)
@settings(deadline=None)
def test_every_chain_verifies_after_export(steps):
    assert verify(document_of(steps), trusted=TRUSTED).is_valid


@given(STEPS, st.sets(st.integers(0, 7)))
@settings(deadline=None)
def test_withheld_names_never_break_a_chain(steps, withheld):
    links = chains.chain(KEY, steps)
    links = [
        link.withhold_name() if number in withheld else link for number, link in enumerate(links)
    ]

    report = verify(exported(links, KEY), trusted=TRUSTED)

    assert report.is_valid
    assert [line.name is None for line in report.lines] == [
        number in withheld for number in range(len(links))
    ]


@given(st.sampled_from([DOCUMENT, LONG_DOCUMENT]), st.data())
@settings(deadline=None, max_examples=1_000)
def test_a_flipped_bit_is_seen_or_means_nothing(document, data):
    place = data.draw(st.integers(0, len(document) - 1))
    flipped = bytearray(document)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))

    report = verify(bytes(flipped), trusted=TRUSTED)

    assert not report.is_valid or read_strictly(bytes(flipped)) == read_strictly(document)


@given(st.sampled_from([DOCUMENT, LONG_DOCUMENT]), st.data(), st.binary(max_size=4))
@settings(deadline=None, max_examples=500)
def test_a_replaced_stretch_is_seen_or_means_nothing(document, data, stretch):
    start = data.draw(st.integers(0, len(document)))
    end = data.draw(st.integers(start, min(start + 200, len(document))))
    changed = document[:start] + stretch + document[end:]

    report = verify(changed, trusted=TRUSTED)

    assert not report.is_valid or read_strictly(changed) == read_strictly(document)


@given(st.binary(max_size=300))
def test_rubbish_never_raises(data):
    assert not verify(data, trusted=TRUSTED).is_valid


@given(st.permutations(range(8)), STEPS)
@settings(deadline=None)
def test_reordered_links_are_seen(order, steps):
    def reorder(parsed):
        links = parsed["links"]
        parsed["links"] = [links[place] for place in order if place < len(links)]

    document = document_of(steps)
    changed = edited(document, reorder)
    is_same = json.loads(changed)["links"] == json.loads(document)["links"]

    codes = verify(changed, trusted=TRUSTED).codes
    assert bool(codes) != is_same
    assert {code for code, _ in codes} <= {"order_changed"}


@given(st.data(), STEPS)
@settings(deadline=None)
def test_dropped_links_are_missed(data, steps):
    dropped = data.draw(st.sets(st.integers(0, len(steps) - 1), min_size=1))

    def drop(parsed):
        links = enumerate(parsed["links"])
        parsed["links"] = [link for place, link in links if place not in dropped]

    codes = verify(edited(document_of(steps), drop), trusted=TRUSTED).codes

    expected = "unreadable" if len(dropped) == len(steps) else "link_missing"
    assert expected in {code for code, _ in codes}


@given(st.data(), STEPS)
@settings(deadline=None)
def test_repeated_links_are_seen(data, steps):
    copied = data.draw(st.integers(0, len(steps) - 1))
    place = data.draw(st.integers(0, len(steps)))

    def repeat(parsed):
        parsed["links"].insert(place, parsed["links"][copied])

    codes = verify(edited(document_of(steps), repeat), trusted=TRUSTED).codes

    assert "link_repeated" in {code for code, _ in codes}


@given(STEPS)
@settings(deadline=None, max_examples=20)
def test_another_key_verifies_nothing(steps):
    stranger = SiteKey.generate()

    codes = verify(document_of(steps), trusted=[stranger.public]).codes

    assert codes == [("key_unknown", index) for index in range(len(steps))]


@given(st.integers(0, 4), st.booleans())
def test_spacing_and_escapes_mean_nothing(indent, is_ascii):
    respelled = json.dumps(
        json.loads(DOCUMENT), indent=indent, ensure_ascii=is_ascii, sort_keys=True
    )

    assert verify(respelled.encode(), trusted=TRUSTED).is_valid
