"""How the desk is organised: teams, who is in them, and the categories they take."""
