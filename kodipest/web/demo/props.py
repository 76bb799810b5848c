"""From a specification to a file that can be uploaded: films, sounds, pictures, books and texts."""

from pathlib import Path

from kodipest.web.demo.books import TEXTS, EpubSpec, PdfSpec, render_epub, render_pdf
from kodipest.web.demo.catalogue import FileRole, FileSpec
from kodipest.web.demo.films import FilmSpec, render_film
from kodipest.web.demo.pictures import PictureSpec, render_picture
from kodipest.web.demo.sounds import SoundSpec, render_sound

# How much smaller a picture of a draft is; sounds and books are cheap enough to stay as they are.
DRAFT_PICTURE_ZOOM = 0.5


def text(name: str, title: str) -> str:
    """A text of `texts/` without its heading, which is the work's title already.

    Raises ValueError when the heading is another one.
    """
    whole = (TEXTS / name).read_text(encoding="utf-8").strip()
    heading, _, rest = whole.partition("\n")
    if heading != title:
        raise ValueError(f"{name} is headed {heading!r}, expected {title!r}")
    return rest.strip()


def film(spec: FilmSpec) -> FileSpec:
    def make(path: Path, draft: bool) -> Path:
        return render_film(spec, path, draft=draft)

    return FileSpec("main", f"{spec.key}.mp4", make)


def sound(spec: SoundSpec) -> FileSpec:
    return FileSpec("main", f"{spec.key}.m4a", lambda path, _draft: render_sound(spec, path))


def picture(spec: PictureSpec, role: FileRole = "cover") -> FileSpec:
    def make(path: Path, draft: bool) -> Path:
        path.write_bytes(render_picture(spec, DRAFT_PICTURE_ZOOM if draft else 1.0))
        return path

    return FileSpec(role, f"{spec.key}{spec.suffix}", make)


def epub(spec: EpubSpec) -> FileSpec:
    return FileSpec("main", f"{spec.key}.epub", lambda path, _draft: render_epub(spec, path))


def pdf(spec: PdfSpec) -> FileSpec:
    return FileSpec("main", f"{spec.key}.pdf", lambda path, _draft: render_pdf(spec, path))
