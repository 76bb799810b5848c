"""Quality checks: what a maker should hear about a film or a sound before others see it.

Measured in the one decode that makes the ladder (`filters`), read when it has ended (`readings`),
judged against published limits (`judge`). No Django, no text for people: codes and figures only;
the words stand in `engines/media/advice.py`.
"""
