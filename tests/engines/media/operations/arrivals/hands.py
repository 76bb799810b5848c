"""What several tests of these verbs use."""

from kodipest.engines.media.operations import Part

CONTENT = b"Alhamdulillah " * 30_000


def part_of(content, offset=0, length=None, checksum=None):
    """A part whose line ends after `content`, whatever length was announced."""
    left = memoryview(content)

    def read(size):
        nonlocal left
        block, left = bytes(left[:size]), left[size:]
        return block

    return Part(offset, len(content) if length is None else length, read, checksum)


def codes(refused):
    return refused.value.codes
