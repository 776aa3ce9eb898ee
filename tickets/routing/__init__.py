"""Who a ticket is for: its category, its team, its owner, and why."""
