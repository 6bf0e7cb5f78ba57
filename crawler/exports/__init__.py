"""The stored articles as files for other programs: JSON lines, CSV, Parquet."""
