"""The doors: what clients may say, and how they are answered."""
