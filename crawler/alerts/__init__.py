"""Watches: saved queries, what they match, and the feeds in which that is read."""
