"""One person on several channels: addresses are joined by a code proven on both, and can be parted again."""
