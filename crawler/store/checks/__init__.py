"""Whether a database is whole, and making again what can be made again."""
