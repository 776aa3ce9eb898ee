"""An optional language model: it may only put into words what stands elsewhere, and nothing waits for it."""
