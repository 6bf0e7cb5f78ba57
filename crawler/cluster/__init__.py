"""Patrols as jobs on many machines; needs ``portalwatch[cluster]`` and PostgreSQL."""
