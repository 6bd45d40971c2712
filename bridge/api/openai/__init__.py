"""The second door: pictures as OpenAI's clients ask for them."""
