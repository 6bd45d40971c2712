"""A Hugging Face Space, emulated."""
