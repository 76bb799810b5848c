"""Verify a chain, or make and show a key, from the command line.

Exit codes: 0 the chain holds, 1 it does not, 2 the question could not be asked.
"""

import argparse
import json
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from kodipest.engines.sanad.chain import verify
from kodipest.engines.sanad.content import hash_file
from kodipest.engines.sanad.document import MAX_BYTES
from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.findings import Finding, Line, Report
from kodipest.engines.sanad.keys import TEXT_PREFIX, PublicKey, SiteKey
from kodipest.engines.sanad.words import DEFAULT_LANGUAGE, LANGUAGES, say

HOLDS, FAILS, CANNOT_ASK = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.command == "verify":
            return _verify(options)
        return _make_key(options.file) if options.action == "new" else _show_key(options.file)
    except SanadError as error:
        sys.stderr.write(f"{error.code}: {error.detail}\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
    return CANNOT_ASK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kodipest.engines.sanad")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", help="verify an exported chain, offline")
    check.add_argument("file", type=Path, help="the exported chain (sanad.json)")
    check.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="PUB",
        help="a public key you trust: a file, or ed25519:…; may be repeated",
    )
    check.add_argument(
        "--content",
        action="append",
        default=[],
        type=Path,
        metavar="WORKFILE",
        help="a file of the work, to compare with the chain; may be repeated",
    )
    check.add_argument("--head", help="id of the newest link, from the page or a printed code")
    check.add_argument("--lang", choices=LANGUAGES, default=DEFAULT_LANGUAGE)
    check.add_argument("--json", action="store_true", help="answer in JSON")
    key = commands.add_parser("key", help="make or show a site key")
    key.add_argument("action", choices=["show", "new"])
    key.add_argument("file", type=Path)
    return parser


def _verify(options: argparse.Namespace) -> int:
    trusted = [_trusted_key(text) for text in options.key]
    files = [hash_file(path) for path in options.content]
    with options.file.open("rb") as file:
        document = file.read(MAX_BYTES + 1)  # one more than allowed is enough to refuse it
    report = verify(document, trusted=trusted, files=files, head=options.head)
    if options.json:
        sys.stdout.write(_as_json(report, options.lang))
    else:
        sys.stdout.write("\n".join(_as_text(report, options.content, options.lang)) + "\n")
    return HOLDS if report.is_valid else FAILS


def _trusted_key(text: str) -> PublicKey:
    if text.startswith(TEXT_PREFIX):
        return PublicKey.parse(text)
    return PublicKey.parse(Path(text).read_text("ascii", errors="replace"))


def _make_key(path: Path) -> int:
    return _write_key(SiteKey.create(path).public)


def _show_key(path: Path) -> int:
    try:
        return _write_key(PublicKey.parse(path.read_text("ascii", errors="replace")))
    except SanadError:
        return _write_key(SiteKey.load(path).public)


def _write_key(key: PublicKey) -> int:
    sys.stdout.write(f"{key.key_id}\n{key.text}\n{key.pem}")
    return HOLDS


def _as_json(report: Report, language: str) -> str:
    answer = report.as_dict()
    answer["messages"] = [_sentence(finding, language) for finding in report.findings]
    return json.dumps(answer, ensure_ascii=False) + "\n"


def _as_text(report: Report, compared: Sequence[Path], language: str) -> list[str]:
    lines = [_line(number, line, language) for number, line in enumerate(report.lines, 1)]
    lines += [_sentence(finding, language) for finding in report.findings]
    if report.is_valid:
        lines += [say("compared", language, detail=_plain(path.name)) for path in compared]
        return [*lines, say("valid", language, count=len(report.lines))]
    return [*lines, say("invalid", language, count=len(report.faults))]


def _line(number: int, line: Line, language: str) -> str:
    name = _plain(line.name) if line.name else say("name_hidden", language)
    body = line.body
    return f"{number:>3}. {body['at']}  {body['act']}  {name} [{body['person']['role']}]"


def _sentence(finding: Finding, language: str) -> str:
    start = "" if finding.is_fault else say("note", language)
    if finding.index is not None:
        start += say("where_link", language, number=finding.index + 1)
    elif finding.is_fault:
        start += say("where_document", language)
    return start + say(finding.code, language, detail=_plain(finding.detail))


def _plain(text: str) -> str:
    """Return `text` without what could steer a terminal or reverse its reading direction.

    Zero-width joiners stay: Arabic-script names need them.
    """
    return "".join(
        character
        if unicodedata.category(character) != "Cc"
        and unicodedata.bidirectional(character) not in _DIRECTION_CONTROLS
        else "\ufffd"
        for character in text
    )


_DIRECTION_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}

if __name__ == "__main__":
    sys.exit(main())
