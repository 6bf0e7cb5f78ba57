"""The engine of portalwatch. Imports neither ``spiders`` nor ``pipelines``."""
