"""Bulk entry: what was written on paper or in a spreadsheet becomes tickets with their real times, and back again."""
