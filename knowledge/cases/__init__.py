"""A solved ticket becomes a typical case, without anything that tells whose ticket it was."""
