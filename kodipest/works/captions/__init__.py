"""The captions of a version: written beside the player or brought as a file, sealed with the version."""
