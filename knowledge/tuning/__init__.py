"""What people may adjust in the search: words of one meaning, and when the bot is sure."""
