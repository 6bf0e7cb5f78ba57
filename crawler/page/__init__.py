"""From a page to what stands on it. Pure: imports neither Scrapy nor SQLAlchemy."""
