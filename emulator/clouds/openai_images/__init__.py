"""OpenAI's pictures, emulated."""
