"""How portals are watched over time."""
