"""Adapters to the platforms people write on, behind one narrow port."""
