"""In-process search of the knowledge base: no database, no web, numpy only."""
