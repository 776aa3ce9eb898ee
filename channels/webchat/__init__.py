"""Our own platform: a chat in the browser, with the same promises as any other channel."""
