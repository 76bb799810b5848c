"""One link: a signed body, and how it stands on the links before it."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from kodipest.engines.sanad.attestation import (
    SIGNING_PREFIX,
    Body,
    Disclosure,
    Statement,
    body_bytes,
    body_id,
    compose_body,
    read_body,
)
from kodipest.engines.sanad.canonical import read_strictly
from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.keys import SiteKey

REVISES = "revises"


@dataclass(frozen=True)
class Link:
    """A signed attestation as it is stored: three texts.

    `text` is the canonical body, `signature` 128 hex digits; `disclosure` is None once the name
    is withheld.
    """

    text: str
    signature: str
    disclosure: Disclosure | None = None

    @cached_property
    def body(self) -> Body:
        return read_body(read_strictly(self.text.encode()))

    @property
    def id(self) -> str:
        return body_id(self.text.encode())

    def withhold_name(self) -> "Link":
        """Return this link without its name; nothing signed changes."""
        return replace(self, disclosure=None)


class Knot(NamedTuple):
    """What matters of a link to find its place: its time, and the ids it stands on."""

    at: str
    previous: Sequence[str]


def vouch(*, key: SiteKey, statement: Statement, name: str, after: Iterable[Link] = ()) -> Link:
    """Sign `statement` by the person called `name`, standing on the links `after`.

    The new link names the ends of `after` as its previous ones. If its content differs from
    theirs, the fact `revises` must say which of them it replaces (SanadError
    `content_not_declared`): otherwise an approval of one version would silently cover another.
    """
    ends = heads(list(after))
    _refuse_silent_change(statement, ends)
    disclosure = Disclosure.of(name)
    body = compose_body(
        site=key.key_id,
        statement=statement,
        commitment=disclosure.commitment,
        previous=[link.id for link in ends],
    )
    text = body_bytes(body)
    return Link(text.decode(), key.sign(SIGNING_PREFIX + text).hex(), disclosure)


def heads(links: Sequence[Link]) -> list[Link]:
    """Return the ends of the chain: the links no other link stands on, in the order given."""
    stood_on = {previous for link in links for previous in link.body["previous"]}
    return [link for link in links if link.id not in stood_on]


def in_order(links: Iterable[Link]) -> list[Link]:
    """Return `links` in the one order an export has, whatever order they come in."""
    by_id = {link.id: link for link in links}
    knots = {
        link_id: Knot(link.body["at"], link.body["previous"]) for link_id, link in by_id.items()
    }
    return [by_id[link_id] for link_id in order_of(knots)]


def order_of(knots: Mapping[str, Knot]) -> list[str]:
    """Return the ids so that each comes after those it stands on; ties by time, then by id.

    Ids caught in a circle (possible only in a forgery) come last, as given.
    """
    waiting_for = {
        link_id: {previous for previous in knot.previous if previous in knots}
        for link_id, knot in knots.items()
    }
    followers: dict[str, list[str]] = {link_id: [] for link_id in knots}
    for link_id, previous_ids in waiting_for.items():
        for previous in previous_ids:
            followers[previous].append(link_id)
    ready = [(knots[link_id].at, link_id) for link_id, ids in waiting_for.items() if not ids]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        _, done = heapq.heappop(ready)
        order.append(done)
        for follower in followers[done]:
            waiting_for[follower].discard(done)
            if not waiting_for[follower]:
                heapq.heappush(ready, (knots[follower].at, follower))
    return order + [link_id for link_id in knots if waiting_for[link_id]]


def is_silent_change(content: str, facts: Mapping[str, str | int], before: set[str]) -> bool:
    """Tell whether a link moves from the contents `before` to another without declaring it."""
    return not before <= {content} and facts.get(REVISES) not in before


def _refuse_silent_change(statement: Statement, ends: Sequence[Link]) -> None:
    before = {link.body["content"] for link in ends}
    if is_silent_change(statement.content, statement.facts, before):
        raise SanadError(
            "content_not_declared",
            f"content {statement.content} follows {sorted(before)} without the fact {REVISES!r}",
        )
