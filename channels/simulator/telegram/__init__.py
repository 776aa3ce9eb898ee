"""api.telegram.org as bots see it: the Bot API over HTTP, its limits, and people and groups who write to a bot."""
