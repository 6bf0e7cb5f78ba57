"""Pure functions over text and bytes. Imports neither Scrapy nor SQLAlchemy nor any other part of the engine."""
