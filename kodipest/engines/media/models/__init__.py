"""What is: files as people gave them, and what is made of them for watching."""

from kodipest.engines.media.models.arrivals import Arrival
from kodipest.engines.media.models.examinations import Examination, LikenessMark
from kodipest.engines.media.models.originals import Original
from kodipest.engines.media.models.sections import Section
from kodipest.engines.media.models.transcodes import Transcode

__all__ = ["Arrival", "Examination", "LikenessMark", "Original", "Section", "Transcode"]
