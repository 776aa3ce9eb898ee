"""A page that looks like a phone, on which somebody plays the customer against the running product."""
