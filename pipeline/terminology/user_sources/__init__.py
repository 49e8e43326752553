"""Terminologies that users bring: ontologies, tables of names and mapping sets."""
