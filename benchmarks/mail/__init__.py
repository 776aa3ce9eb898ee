"""How well mails are read, scored on a folder of other people's mails that is handed over as an argument."""
