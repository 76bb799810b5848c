"""How KodiPest is deployed; imported by nobody."""
