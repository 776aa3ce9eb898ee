"""What every page stands on: templates, language, static files, protection, errors, streams."""
