"""A Weibo of our own: verified accounts, people who write to them, and the rules of their documents."""
