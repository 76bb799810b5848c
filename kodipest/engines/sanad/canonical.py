"""One spelling per value: canonical JSON (RFC 8785), read strictly, named by its SHA-256."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias

import rfc8785

from kodipest.engines.sanad.errors import SanadError

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"

HASH_PATTERN = re.compile(r"sha256:[0-9a-f]{64}")


def canonical(value: Json) -> bytes:
    """Write `value` in the only spelling RFC 8785 allows; SanadError `not_canonical` if it has none."""
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        # ValueError covers the library's own errors and the UnicodeEncodeError of a lone surrogate.
        raise SanadError("not_canonical", f"no canonical spelling: {error}") from error


def sha256_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_hash(value: object) -> bool:
    return isinstance(value, str) and HASH_PATTERN.fullmatch(value) is not None


def read_strictly(data: bytes) -> Json:
    """Parse JSON in which no two readers can see two different things.

    Refuses (SanadError `not_json`) what lenient parsers disagree about: repeated keys, floats,
    NaN, invalid UTF-8, a byte order mark, lone surrogates, and nesting without end.
    """
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object_without_repeats,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, RecursionError) as error:
        raise SanadError("not_json", f"not strict JSON: {error}") from error
    canonical(value)
    return value


def _object_without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key is repeated")
    return result


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a whole number")
