"""A second person reads before anybody else does."""
