"""Content management systems and ways of access: a portal on one of them is a name, an address, sections."""
