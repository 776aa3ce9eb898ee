"""Find tickets by what was said in them."""
