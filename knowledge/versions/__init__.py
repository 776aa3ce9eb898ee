"""What is being written: every version of an article, and who had a hand in it."""
