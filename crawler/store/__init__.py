"""The database: what was found, its versions, the stories it makes, and how to find it again."""
