"""What was approved goes to the readers, at once or at its time; what is wrong is taken away from them."""
