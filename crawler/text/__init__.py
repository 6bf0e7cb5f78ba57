"""Pure functions over text and bytes. Imports nothing of the rest of the engine, nor of Scrapy."""
