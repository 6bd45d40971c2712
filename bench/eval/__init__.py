"""How well roleplay becomes a scene, LoRAs and prompts, over labelled scenes; one report."""
