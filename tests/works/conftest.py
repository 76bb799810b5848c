from pathlib import Path

import pytest

from tests.together import together

__all__ = ["together"]


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path: Path) -> None:
    """Give each test its own folder of media: what one leaves behind is nothing to the next."""
    settings.MEDIA_ROOT = tmp_path / "media"
