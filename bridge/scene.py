"""One moment of a story as a record that can be seen; what travels from writer to dialect."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody or something seen in the picture."""

    name: str = ""
    """As the story calls them; reaches no image model except as a LoRA's trigger."""
    kind: Literal["person", "animal", "creature", "machine"] = "person"
    look: str = ""
    """What does not change: sex, age, hair, build."""
    outfit: str = ""
    pose: str = ""
    action: str = ""
    expression: str = ""
    gaze: str = ""
    place_in_frame: str = ""
    """left, centre, right, foreground, background."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the picture is."""

    id: str = ""
    """Of the curated list, `stay`, or empty when the story has its own place."""
    kind: Literal["explicit", "implied", "unstated"] = "unstated"
    text: str = ""
    """One visual line."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of a story as something that can be seen. Every empty text means "not said"."""

    version: int = 1
    rating: Literal["general", "suggestive", "mature"] = "general"
    shot: str = ""
    """Size and angle: `medium shot, eye level`."""
    pov: Literal["third", "first", "second"] = "third"
    """The grammatical person of the narration; in `first` and `second` the viewer is the camera."""
    subjects: tuple[Subject, ...] = ()
    interaction: str = ""
    place: Place = Place()
    time: Literal["", "dawn", "morning", "midday", "afternoon", "dusk", "evening", "night"] = ""
    weather: str = ""
    light: str = ""
    props: tuple[str, ...] = ()
    """Visible things and details of the surroundings, each a short phrase."""
    mood: str = ""
    style: str = ""
    written_words: str = ""
    """Lettering that is to be painted (a sign, a letter)."""
    must_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRef:
    """Which message of which chat a text is."""

    id: str = ""
    """As the client calls the chat; empty: told by client and characters."""
    message: int = -1
    """Its number in the chat; -1: the next one, or the last if the text is the same."""
    swipe: int = 0
    speaker: str = ""
    role: Literal["char", "user", "narrator"] = "char"
    user: str = ""
    """The name that the person who plays goes by."""
