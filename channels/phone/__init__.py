"""The telephone: nothing can be written there; a telephone system tells us who is calling."""
