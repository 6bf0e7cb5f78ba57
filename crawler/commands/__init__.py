"""The words of the ``scrapy`` command that this project adds, one file a word."""
