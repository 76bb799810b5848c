"""Works: what santri make, their revisions, and their journey through the stages."""
