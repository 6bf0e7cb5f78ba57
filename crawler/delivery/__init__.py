"""Telling alerts and notices to targets: each is sent once, tried again, or kept as dead."""
