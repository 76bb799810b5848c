"""Publication: channels, and the editions in which works reach the public."""
