"""The service desk's domain: people, conversations, tickets, promises, follow-ups and surveys."""
