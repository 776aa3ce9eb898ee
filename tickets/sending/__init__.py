"""From the composer to the customer: drafts, replies held for a moment, tickets put aside for later."""
