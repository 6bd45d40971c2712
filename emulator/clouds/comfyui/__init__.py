"""A ComfyUI server, emulated."""
