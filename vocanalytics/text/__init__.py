"""Text: language, masking of personal data, segments. The only part of the package that imports spaCy."""
