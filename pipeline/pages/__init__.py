"""HTML pages: what those of the export and those of the evaluation have in common."""
