"""Questions somebody has said the right answer to: what the search is fitted on and held against."""
