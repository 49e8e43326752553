"""The terminology: sources, snapshot, index and lookup of genes, diseases and taxa."""
