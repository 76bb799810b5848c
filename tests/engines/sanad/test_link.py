import datetime
import itertools

import pytest

from kodipest.engines.sanad.chain import Link, SanadError, heads, in_order, vouch
from kodipest.engines.sanad.link import Knot, order_of
from tests.engines.sanad import chains


def test_vouch_signs_a_statement_without_the_name(key):
    link = vouch(key=key, statement=chains.statement(episodes=4), name="Aisyah")

    assert "Aisyah" not in link.text
    assert link.disclosure.name == "Aisyah"
    assert link.body == {
        "v": 1,
        "site": key.key_id,
        "act": "made",
        "content": chains.CONTENT,
        "at": "2026-11-23T14:00:00Z",
        "person": {"role": "santri", "commitment": link.disclosure.commitment},
        "previous": [],
        "facts": {"episodes": 4},
    }
    signed = b"kodipest-sanad-v1\n" + link.text.encode()
    assert key.public.has_signed(signed, bytes.fromhex(link.signature))


def test_vouch_stands_on_the_ends_of_the_chain(key, links):
    made, approved, *_ = links
    first = vouch(
        key=key, statement=chains.statement("passed"), name="Citra", after=[made, approved]
    )
    second = vouch(
        key=key, statement=chains.statement("passed"), name="Dewi", after=[made, approved]
    )
    joined = vouch(
        key=key,
        statement=chains.statement("published"),
        name="Dewi",
        after=[made, approved, first, second],
    )

    assert first.body["previous"] == second.body["previous"] == [approved.id]
    assert joined.body["previous"] == sorted([first.id, second.id])
    assert heads([made, approved, first, second]) == [first, second]


def test_vouch_refuses_another_content_unless_it_says_so(key, links):
    changed = chains.statement("passed", content=chains.OTHER_CONTENT)
    with pytest.raises(SanadError) as refusal:
        vouch(key=key, statement=changed, name="Citra", after=links)
    assert refusal.value.code == "content_not_declared"

    declared = chains.statement("made", content=chains.OTHER_CONTENT, revises=chains.CONTENT)
    assert vouch(key=key, statement=declared, name="Aisyah", after=links).body["facts"] == {
        "revises": chains.CONTENT
    }


def test_a_stored_link_reads_back(links):
    stored = Link(links[1].text, links[1].signature)

    assert stored.body == links[1].body
    assert stored.id == links[1].id


def test_withholding_a_name_changes_nothing_signed(links):
    withheld = links[0].withhold_name()

    assert withheld.disclosure is None
    assert (withheld.text, withheld.signature) == (links[0].text, links[0].signature)


def test_in_order_is_the_same_from_every_shuffling(links):
    assert all(in_order(shuffled) == links for shuffled in itertools.permutations(links))


def test_order_follows_what_stands_on_what_before_time():
    knots = {
        "late": Knot("2026-01-09", []),
        "b": Knot("2026-01-02", ["late"]),
        "a": Knot("2026-01-02", ["late", "not here"]),
        "early": Knot("2026-01-01", ["a", "b"]),
        "root": Knot("2026-01-08", []),
    }

    assert order_of(knots) == ["root", "late", "a", "b", "early"]


def test_order_ends_even_in_a_circle():
    knots = {"a": Knot("1", ["b"]), "b": Knot("1", ["a"]), "c": Knot("2", [])}

    assert order_of(knots) == ["c", "a", "b"]


def test_dates_do_not_order_a_chain(key):
    made = vouch(key=key, statement=chains.statement(), name="Aisyah")
    before = chains.START - datetime.timedelta(days=365)
    approved = vouch(
        key=key, statement=chains.statement("approved", at=before), name="Budi", after=[made]
    )

    assert in_order([approved, made]) == [made, approved]
