"""The desk's whole configuration as one document: read, compared, changed one item at a time, and written down."""
