from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media.captions import Cue
from kodipest.engines.media.models import Original, Transcode
from kodipest.kernel.ids import new_id
from kodipest.people.models import Organisation
from kodipest.works.journey import Stage

LANGUAGES = [
    ("id", _("Indonesian")),
    ("en", _("English")),
    ("zh-hans", _("Simplified Chinese")),
    ("ar", _("Arabic")),
    ("jv", _("Javanese")),
    ("su", _("Sundanese")),
    ("mad", _("Madurese")),
]


class Work(models.Model):
    """A piece of content by santri, on its way through the five stages."""

    class Kind(models.TextChoices):
        VIDEO = "video", _("Film")
        AUDIO = "audio", _("Audio")
        ARTICLE = "article", _("Article")
        POSTER = "poster", _("Poster")
        COMIC = "comic", _("Comic")
        EBOOK = "ebook", _("E-book")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(_("title"), max_length=200, help_text="of the newest revision")
    title_folded = models.TextField(default="", editable=False)  # `kernel.text.folded`, for search
    slug = models.SlugField(max_length=90, unique=True)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, default="id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="works")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.TRAINING)
    stage_since = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        indexes = [
            models.Index(fields=["stage", "stage_since"]),
            models.Index(fields=["organisation", "stage", "stage_since"]),
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def newest_revision(self) -> "Revision":
        """The latest revision; a work is born with one (see `start_work`)."""
        return self.revisions.latest()


class Revision(models.Model):
    """What a work said at one moment.

    Open while `sealed_at` is null: its makers may change it, and a work has one open revision at
    most. Sealed once handed on: `content_hash` names its exact content and nothing in it changes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    title_folded = models.TextField(default="", editable=False)
    synopsis = models.TextField(_("synopsis"), blank=True, max_length=2000)
    body = models.TextField(_("text"), blank=True, max_length=200_000)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sealed_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=71, blank=True, help_text="sha256:…")
    # Of its captions, in the order of LANGUAGES: a page that shows a player need not ask for them.
    caption_languages = models.JSONField(default=list, blank=True)

    class Meta:
        get_latest_by = "number"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["work", "number"], name="one_revision_per_number"),
            models.UniqueConstraint(
                fields=["work"], condition=Q(sealed_at=None), name="one_open_revision_per_work"
            ),
            models.CheckConstraint(
                condition=Q(sealed_at=None, content_hash="")
                | Q(sealed_at__isnull=False) & ~Q(content_hash=""),
                name="sealed_with_a_hash_or_not_at_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def is_open(self) -> bool:
        """Say whether its makers may still change it."""
        return self.sealed_at is None

    @cached_property
    def files(self) -> list["Asset"]:
        """Its files in order, with the state of their preparation: one query."""
        return list(self.assets.select_related("original", "transcode"))

    @property
    def main_files(self) -> list["Asset"]:
        """The film, sound, picture, book or comic pages; not the cover."""
        return [asset for asset in self.files if asset.role == Asset.Role.MAIN]

    @property
    def main(self) -> "Asset | None":
        """The first main file, or None for an article."""
        return next(iter(self.main_files), None)

    @property
    def cover(self) -> "Asset | None":
        """The picture that stands for the work: its cover, else its main file."""
        covers = (asset for asset in self.files if asset.role == Asset.Role.COVER)
        return next(covers, self.main)


class Asset(models.Model):
    """One file of a revision: an original, and what was prepared from it."""

    class Role(models.TextChoices):
        MAIN = "main", _("Main file")
        COVER = "cover", _("Cover")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="assets")
    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="+")
    transcode = models.ForeignKey(Transcode, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=5, choices=Role, default=Role.MAIN)
    position = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["role", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "role", "position"], name="one_file_per_place"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Caption(models.Model):
    """The captions of a version in one language. Sealed with it: curators read what the public will.

    `cues` are [start, end, text] in seconds, as `engines.media.captions.Cue`; `saves` counts how
    often they were written, so that two who write at once do not overwrite each other.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES)
    cues = models.JSONField()
    saves = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "language"], name="one_set_of_captions_per_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_language_display()} ({len(self.cues)})"

    @property
    def told(self) -> tuple[Cue, ...]:
        """Its cues as the media engine reads and writes them."""
        return tuple(Cue(*cue) for cue in self.cues)


class Credit(models.Model):
    """A person's part in a work. How the name is shown follows the person's consent."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("Author")
        DIRECTOR = "director", _("Director")
        WRITER = "writer", _("Writer")
        CAMERA = "camera", _("Camera")
        EDITOR = "editor", _("Editor")
        VOICE = "voice", _("Voice")
        ACTOR = "actor", _("Actor")
        SPEAKER = "speaker", _("Speaker")
        ILLUSTRATOR = "illustrator", _("Illustrator")
        TRANSLATOR = "translator", _("Translator")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="credits")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credits"
    )
    role = models.CharField(_("part"), max_length=12, choices=Role, default=Role.AUTHOR)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["work", "person", "role"], name="one_credit_per_part"),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()})"


class Passage(models.Model):
    """One step of a work from stage to stage, appended and never changed: history and audit at once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="passages")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="passages")
    from_stage = models.CharField(max_length=12, choices=Stage)
    to_stage = models.CharField(max_length=12, choices=Stage)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"


class Act(models.TextChoices):
    """What somebody vouches for; the word in the sanad."""

    MADE = "made", _("Made")
    APPROVED = "approved", _("Approved by the mentor")
    PASSED = "passed", _("Passed curation")
    PUBLISHED = "published", _("Published")


class Attestation(models.Model):
    """One signed link of the sanad of a work. `body` is the canonical JSON that was signed.

    The body holds a commitment in place of the name; `salt` and `name` open it. They are shown only
    while the person's consent for that very name lives, so a name can vanish and the chain still hold.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="attestations")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="attestations")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=10, choices=Act)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    body = models.TextField()
    digest = models.CharField(max_length=71, unique=True)
    signature = models.CharField(max_length=200)
    salt = models.CharField(max_length=64)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["work", "number"], name="one_link_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.get_act_display()}"
