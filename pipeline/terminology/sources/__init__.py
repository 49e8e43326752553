"""One reader per official format; each yields rows of the snapshot's tables."""
