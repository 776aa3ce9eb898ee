"""Read a mail, however it was written; nothing here raises, whatever arrives."""
