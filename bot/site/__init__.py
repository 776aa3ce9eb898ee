"""The public pages: start, help centre, how we work; all of them with the chat."""
