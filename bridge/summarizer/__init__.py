"""From roleplay text to a scene, and from a scene to a prompt."""
