"""Articles as a folder of Markdown files, to be taken away and brought back."""
