"""What is to be changed, by whom and by when, and whether it had an effect."""
