"""One file a portal."""
