"""Taking a portal in: looking at it, learning selectors, writing spider and seeds, checking it later."""
