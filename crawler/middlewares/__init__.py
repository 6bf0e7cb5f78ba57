"""Downloader middlewares: what happens to a request or an answer before a spider sees it."""
