"""Normalization: spaCy components that resolve mentions to concepts."""
