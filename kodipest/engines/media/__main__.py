"""The engine from the command line: JSON to stdout, words to stderr.

    python -m kodipest.engines.media probe SRC [--json]
    python -m kodipest.engines.media ladder SRC OUT [--quality cepat|teliti|hemat] [--parts one|two]
                                            [--fps 60] [--preset veryfast] [--threads N] [--json]
    python -m kodipest.engines.media check SRC [--json]
    python -m kodipest.engines.media pack whatsapp|podcast|television|sheet SRC OUT [--title T]
                                          [--artist A] [--cover FILE] [--card FILE]
                                          [--chapters FILE] [--json]

The file of `--chapters` has a time and a title on a line, such as `1:30 How to dye`. SRC of `pack` is a folder that `ladder` has made, or a file, which is prepared first.

Exit codes: 0 done, 1 the file or the folder cannot be used (JSON names the code), 2 wrong words.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from kodipest.engines.media.chapters import chapters_in
from kodipest.engines.media.checks.examine import check
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.images import POSTER
from kodipest.engines.media.joining import join_addition
from kodipest.engines.media.loudness import Loudness
from kodipest.engines.media.manifest import read_manifest
from kodipest.engines.media.packs import make_pack
from kodipest.engines.media.packs.facts import Chapter, Wishes
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.progress import Progress
from kodipest.engines.media.recipes import (
    DEFAULT_QUALITY,
    MAX_FPS,
    PACKS,
    PRESETS,
    QUALITIES,
    SPORT_FPS,
    Recipe,
    plan_for,
    recipe_for,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code."""
    words = _parser().parse_args(arguments)
    try:
        answer = words.command(words)
    except Unusable as error:
        return _fail(error.code, error.detail, as_json=words.json)
    except OSError as error:
        return _fail("os_error", str(error), as_json=words.json)
    print(json.dumps(answer, indent=None if words.json else 1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kodipest.engines.media")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    look = commands.add_parser("probe", help="say what a file is")
    look.set_defaults(command=_probe)
    make = commands.add_parser("ladder", help="prepare a film, sound, picture or document")
    make.set_defaults(command=_ladder)
    judge = commands.add_parser(
        "check", help="say what a viewer of a film, sound or picture would mind"
    )
    judge.set_defaults(command=_check)
    wrap = commands.add_parser("pack", help="make something to take away of a film or sound")
    wrap.set_defaults(command=_pack)
    wrap.add_argument("name", choices=PACKS)
    for command in (look, make, judge, wrap):
        command.add_argument("source", type=Path, metavar="SRC")
        command.add_argument("--json", action="store_true", help="one line of JSON, no progress")
    for command in (make, wrap):
        command.add_argument("out", type=Path, metavar="OUT", help="an empty or new folder")
    for name in ("--title", "--artist"):
        wrap.add_argument(name, default="", help="as everybody may read it")
    wrap.add_argument("--cover", type=Path, help="a picture, else the poster")
    wrap.add_argument("--chapters", type=Path, help="a text with a time and a title on a line")
    wrap.add_argument("--card", type=Path, help="a picture shown after the film")
    make.add_argument("--quality", choices=QUALITIES, default=DEFAULT_QUALITY)
    make.add_argument(
        "--parts", choices=("one", "two"), default="one", help="one decode, or low rungs first"
    )
    make.add_argument("--fps", type=int, choices=(MAX_FPS, SPORT_FPS), default=MAX_FPS)
    make.add_argument("--preset", choices=PRESETS, help="of x264, instead of the quality's")
    make.add_argument("--threads", type=_positive, default=None, help="cores to use, else all")
    return parser


def _positive(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}: at least 1")
    return number


def _probe(words: argparse.Namespace) -> dict[str, Any]:
    return probe(words.source).as_dict()


def _check(words: argparse.Namespace) -> dict[str, Any]:
    told = check(words.source, probe=probe(words.source))
    if not words.json:
        for one in told["findings"]:
            place = "".join(f" {one[end]:g} s" for end in ("start", "end") if end in one)
            rest = "".join(f" {one[name]}" for name in ("value", "text") if name in one)
            sys.stderr.write(f"{one['severity']}: {one['code']}{place}{rest}\n")
    return told


def _ladder(words: argparse.Namespace) -> dict[str, Any]:
    facts = probe(words.source)
    base, *additions = _plan(words, facts)
    listener = None if words.json else _show
    made = prepare(
        words.source,
        words.out,
        probe=facts,
        recipe=base,
        on_progress=listener,
        threads=words.threads,
    )
    loudness = Loudness.from_dict(made.loudness) if made.loudness else None
    for recipe in additions:
        with tempfile.TemporaryDirectory(prefix=".addition-", dir=words.out.parent) as folder:
            prepare(
                words.source,
                Path(folder),
                probe=facts,
                recipe=recipe,
                loudness=loudness,
                on_progress=listener,
                threads=words.threads,
            )
            made = join_addition(words.out, Path(folder))
    return made.as_dict()


def _plan(words: argparse.Namespace, facts: Probe) -> list[Recipe]:
    """Return the parts to make: all H.264 in one, or base and high; the thrifty for `hemat`."""
    plan = plan_for(facts.kind, facts, words.quality, preset=words.preset, max_fps=words.fps)
    parts = [recipe for recipe in plan if recipe.part != "thrift" or words.quality == "hemat"]
    if words.parts == "two" or facts.kind != "video":
        return parts
    whole = recipe_for(facts.kind, facts, words.preset, quality=words.quality, max_fps=words.fps)
    return [whole, *(recipe for recipe in parts if recipe.part == "thrift")]


def _show(progress: Progress) -> None:
    left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
    playable = ", playable" if progress.first_playable else ""
    line = f"\r{progress.fraction:6.1%} at {progress.speed:.2f}x{left}{playable}\033[K"
    sys.stderr.write(line + ("\n" if progress.fraction >= 1 else ""))


def _pack(words: argparse.Namespace) -> dict[str, Any]:
    """Make a pack; a source that is not prepared yet is prepared in a folder that goes again."""
    with tempfile.TemporaryDirectory(prefix="kodipest-pack-") as scratch:
        folder: Path = words.source
        if not folder.is_dir():
            folder = Path(scratch) / "prepared"
            facts = probe(words.source)
            prepare(words.source, folder, probe=facts, recipe=recipe_for(facts.kind, facts))
        poster = folder / POSTER
        wishes = Wishes(
            title=words.title,
            artist=words.artist,
            cover=words.cover or (poster if poster.is_file() else None),
            card=words.card,
            chapters=_chapters(words.chapters, folder) if words.chapters else (),
        )
        return make_pack(words.name, folder, words.out, wishes=wishes).as_dict()


def _chapters(listed: Path, folder: Path) -> tuple[Chapter, ...]:
    """Read the chapters of what is prepared in `folder`. Raises Unusable `unsupported` when there are none."""
    try:
        text = listed.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable("unsupported", f"{listed}: {error}") from error
    seconds = read_manifest(folder).duration_seconds
    found = chapters_in(text, seconds=seconds)
    if not found:
        wanted = f"two lines or more such as '1:30 Title', one after the other within {seconds:g} s"
        raise Unusable("unsupported", f"{listed}: found no chapters, expected {wanted}")
    return tuple(Chapter(*each) for each in found)


def _fail(code: str, detail: str, *, as_json: bool) -> int:
    print(json.dumps({"error": code, "detail": detail}))
    if not as_json:
        sys.stderr.write(f"{code}: {detail}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
