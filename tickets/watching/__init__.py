"""Who looks at a ticket, who writes, who follows it, who is called by name, and the words stuck to it."""
