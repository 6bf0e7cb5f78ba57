"""The language of watches and searches: reading a query, and telling whether it is true of a text."""
