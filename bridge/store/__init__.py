"""What is remembered over restarts: attempts, pictures and their bytes, small state."""
