"""Ideogram 4: a caption as JSON, the form it was trained on, with boxes for who stands where.

The order of the keys is the training's; a box is [top, left, bottom, right] in thousandths
(docs.ideogram.ai, JSON prompting). There is no negative.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from bridge.scene import Scene, Subject
from bridge.summarizer.dialects.copied import told_in
from bridge.summarizer.dialects.prompt import Prompt, sentence
from bridge.summarizer.dialects.retell import retold
from bridge.summarizer.dialects.sentences import (
    instead,
    kept_words,
    lens_of,
    light_of,
    setting,
    shot_of,
    shown,
    subject_line,
    who,
)

_ACROSS: Final = {"left": (30, 470), "cent": (280, 720), "middle": (280, 720), "right": (530, 970)}
_DOWN: Final = {"foreground": (300, 1000), "background": (150, 600)}
_STANDING: Final = (180, 980)
_LOW: Final = (520, 980)
"""Where an animal is, when nothing is told."""


def render(scene: Scene, words: Mapping[str, str], story: str = "") -> Prompt:
    """One JSON object; every text in it is told anew as in the other dialects."""
    exact = kept_words(scene, words)
    retell = partial(retold, exact=exact, story=told_in(story))
    elements = [_element(one, words, retell) for one in scene.subjects]
    if scene.written_words:
        desc = "lettering, clear to read"
        elements.append({"type": "text", "text": scene.written_words, "desc": desc})
    background = (setting(scene), *shown(scene.props), instead(scene))
    caption = {
        "high_level_description": retell(_summary(scene, words)),
        "style_description": _style(scene, retell),
        "compositional_deconstruction": {
            "background": retell(" ".join(filter(None, background))),
            "elements": elements,
        },
    }
    return Prompt(json.dumps(caption, ensure_ascii=False))


def _summary(scene: Scene, words: Mapping[str, str]) -> str:
    people = "; ".join(who(one, words) for one in scene.subjects)
    first = words.get(scene.subjects[0].name, "") if scene.subjects else ""
    shot = shot_of(scene)
    everything = (sentence(people, scene.interaction, exact=first), setting(scene), sentence(shot))
    return " ".join(filter(None, everything)) or "A quiet scene."


def _style(scene: Scene, retell: Callable[[str], str]) -> Mapping[str, str]:
    look = {"aesthetics": scene.mood, "lighting": retell(light_of(scene))}
    if scene.style:
        look |= {"medium": "illustration", "art_style": scene.style}
    else:
        look |= {"photo": lens_of(scene) or shot_of(scene), "medium": "photograph"}
    return {name: text for name, text in look.items() if text}


def _element(
    subject: Subject, words: Mapping[str, str], retell: Callable[[str], str]
) -> dict[str, object]:
    box = _box(subject)
    desc = retell(subject_line(subject, words, Scene()))
    return {"type": "obj", **({"bbox": box} if box else {}), "desc": desc}


def _box(subject: Subject) -> list[int]:
    """From words for the place in the frame; empty when there are none."""
    told = subject.place_in_frame.casefold()
    across = [span for word, span in _ACROSS.items() if word in told]
    down = [span for word, span in _DOWN.items() if word in told]
    if not across and not down:
        return []
    left, right = across[0] if across else (200, 800)
    top, bottom = down[0] if down else _LOW if subject.kind == "animal" else _STANDING
    return [top, left, bottom, right]
