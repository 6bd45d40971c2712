"""An OpenAI-compatible LLM, emulated."""
