"""KodiPest: content made by santri, from training to publication."""
