"""The AI Horde, emulated."""
