"""Replica portals: clean texts, damaged as real portals damage them, served on loopback as an HTTP proxy.

For tests and the demonstration only; nothing that watches real portals imports this package.
"""
