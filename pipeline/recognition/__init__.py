"""Recognition: spaCy components that find mentions of entities in a text."""
