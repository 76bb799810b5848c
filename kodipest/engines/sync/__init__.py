"""Carrying a site's state from here to there: bundles first; outbox and feed follow."""
