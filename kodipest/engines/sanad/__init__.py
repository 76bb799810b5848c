"""Signed attestations and chains of them: who vouched for a content, when, after whom.

Knows no domain word: an act is a string, a content a hash, a person a commitment.
"""
