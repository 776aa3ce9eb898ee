"""A mail provider of our own: where the product's mails end up, and who writes to it."""
