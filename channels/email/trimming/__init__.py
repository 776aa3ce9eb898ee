"""What a person newly wrote in an answer, without what mail programs put around it. Linear in the size of the mail."""
