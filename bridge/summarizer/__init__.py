"""From roleplay text to a scene, and from a scene to a prompt."""

from bridge.summarizer.people import Known
from bridge.summarizer.summarize import Summarizer
from bridge.summarizer.writer import Written

__all__ = ["Known", "Summarizer", "Written"]
