"""The stage set: the invented people, works and media that make a fresh installation look alive."""
