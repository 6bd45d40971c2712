"""Which LoRAs a text calls for, what they add to a prompt, and what each cloud calls them."""
