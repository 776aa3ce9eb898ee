"""Looking after the bot's answers: talks are sampled, read, scored by a sheet, and corrected."""
