"""What is done often, at a stroke: macros, canned replies, checklists."""
