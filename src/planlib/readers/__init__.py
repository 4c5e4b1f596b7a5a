"""One file per format: bytes to grids of cells. Readers know no plans."""
