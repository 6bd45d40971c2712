"""One moment of a story as a record that can be seen; what travels from writer to dialect."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody or something seen in the picture."""

    name: str = ""
    """As the story calls them; reaches no image model except as a LoRA's trigger."""
    kind: Literal["person", "animal", "creature", "machine"] = "person"
    """What it is; only people wear what `outfit` says."""
    look: str = ""
    """What does not change: sex, age, hair, build."""
    outfit: str = ""
    """What is worn now."""
    pose: str = ""
    """How the body is held: `sitting on the sill`."""
    action: str = ""
    """What is being done at this moment."""
    expression: str = ""
    """What the face shows."""
    gaze: str = ""
    """Where the eyes look."""
    place_in_frame: str = ""
    """left, centre, right, foreground, background."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the picture is."""

    id: str = ""
    """Of the curated list, `stay`, or empty when the story has its own place."""
    kind: Literal["explicit", "implied", "unstated"] = "unstated"
    """Whether the text says where we are, the things in it tell, or neither."""
    text: str = ""
    """One visual line."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of a story as something that can be seen. Every empty text means "not said"."""

    version: int = 1
    """Of this record; what is kept or sent in is of the version that it names."""
    rating: Literal["general", "suggestive", "mature"] = "general"
    """What the picture would show; decides which clouds may be asked."""
    shot: str = ""
    """Size and angle: `medium shot, eye level`."""
    pov: Literal["third", "first", "second"] = "third"
    """The grammatical person of the narration; in `first` and `second` the viewer is the camera."""
    subjects: tuple[Subject, ...] = ()
    """Everybody in sight, most important first; the viewer is not among them."""
    interaction: str = ""
    """What they do with each other."""
    place: Place = Place()
    """Where the picture is."""
    time: Literal["", "dawn", "morning", "midday", "afternoon", "dusk", "evening", "night"] = ""
    """The time of day; where no light is told, it decides the light."""
    weather: str = ""
    """As it is seen: `heavy rain`."""
    light: str = ""
    """Where it comes from, its colour and hardness."""
    props: tuple[str, ...] = ()
    """Visible things and details of the surroundings, each a short phrase."""
    mood: str = ""
    """In a word or two; of what is spoken, this alone may remain."""
    style: str = ""
    """Medium or manner, when the text asks for one."""
    written_words: str = ""
    """Lettering that is to be painted (a sign, a letter)."""
    must_not: tuple[str, ...] = ()
    """What must not be seen; a negative prompt, where the family has one."""


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
