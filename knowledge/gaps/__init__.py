"""What people ask and do not get answered, grouped by meaning."""
