"""Evaluation: comparison with annotations that papers and corpora carry."""
