"""One order for many tickets: each has its own outcome; what only the desk knows of can be taken back."""
