"""What became of people to whom an article was shown."""
