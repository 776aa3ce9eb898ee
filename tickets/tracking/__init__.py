"""A customer's own view of a ticket: by its secret link, or by number and a proof."""
