"""Z-Image: long, concrete and explicit; everything said positively.

The turbo model runs without guidance and ignores negatives, so counts and lettering are stated
(huggingface.co/Tongyi-MAI/Z-Image-Turbo). `negative` is what the scene forbids, for the base model.
"""

from collections.abc import Mapping
from typing import Final

from bridge.scene import Scene
from bridge.summarizer.dialects.flux1 import lettering, lit, subject_line
from bridge.summarizer.dialects.prompt import Line, Prompt, sentence, shot_of, shown, within

LIMIT: Final = 320
"""Words; some 512 tokens."""
_COUNTS: Final = ("", "one", "two", "three", "four", "five", "six")


def render(scene: Scene, words: Mapping[str, str]) -> Prompt:
    """Up to 320 words: frame, count, each subject, place, things, light."""
    frame = sentence(
        scene.style and f"the whole picture is in the style of {scene.style}", shot_of(scene)
    )
    lines = [
        Line(1, frame),
        *(Line(rank, subject_line(one, words)) for rank, one in enumerate(scene.subjects)),
        Line(2, counted(scene)),
        Line(2, sentence(scene.interaction)),
        Line(2, lettering(scene)),
        Line(3, sentence(scene.place.text and f"the scene takes place here: {scene.place.text}")),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(4, sentence(scene.time and f"time of day: {scene.time}", scene.weather)),
        Line(3, lit(scene)),
        Line(6, sentence(scene.mood and f"the mood is {scene.mood}")),
    ]
    return Prompt(within(lines, LIMIT), ", ".join(scene.must_not))


def counted(scene: Scene) -> str:
    """How many people there are, when they can be told apart and counted."""
    people = [one for one in scene.subjects if one.kind == "person"]
    number = len(people)
    is_countable = 2 <= number < len(_COUNTS) and all(
        one.name or one.look.startswith(("a ", "an ")) for one in people
    )
    return sentence(f"exactly {_COUNTS[number]} people are in the picture") if is_countable else ""
