"""What the bot may say, and how it is found."""
