"""The ground every other package stands on: it knows no ticket, no channel and no article."""
