"""What a member of staff should know of without looking: mentions, escalations, what was given to them."""
