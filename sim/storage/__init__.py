"""Files and run folders: atomic writes, Parquet blocks, manifest, digest of the code."""
