"""Puts the words of LoRAs into a prompt: triggers of those used, looks of those that cannot be."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from bridge.domain import Lora, Note
from bridge.lora.edges import stands_alone
from bridge.lora.fold import folded_term
from bridge.scene import Scene

_LETTERS: Final = re.compile(r"[^\W\d_]{4,}")
_ARTICLE: Final = re.compile(r"(?:An?|The|Two|Three) ")
_COMMAS: Final = re.compile(r"(?:\s*,)+\s*")


def words(scene: Scene, used: Sequence[Lora], dropped: Sequence[Lora]) -> dict[str, str]:
    """What the image model reads for each named subject; "" where nothing is known.

    The first trigger word where the LoRA is used, else its look.
    """
    known = {lora.id: lora.look_text for lora in (*used, *dropped)}
    known |= {lora.id: lora.trigger_words[0] for lora in used if lora.trigger_words}
    people = [lora for lora in (*used, *dropped) if lora.category == "character"]
    found = {subject.name: _called(subject.name, people) for subject in scene.subjects}
    return {name: known[lora.id] if lora else "" for name, lora in found.items() if name}


def weave(
    prompt: str, negative: str, used: Sequence[Lora], dropped: Sequence[Lora]
) -> tuple[str, str, tuple[Note, ...]]:
    """`prompt` and `negative` with the words of the LoRAs, and what was taken out.

    Afterwards every trigger word of a used LoRA is there and none of a dropped one, save those
    that are also its keywords, for these are plain words of the text (`pixel art`). For a dropped
    one its look stands in, or else what it would have added, without its triggers. A person's
    trigger goes in front, where models look for the subject. Where nothing is to be done the
    prompt is not touched.
    """
    prompt, notes = _without_triggers(prompt, used, dropped)
    if prompt.lstrip().startswith("{") and prompt.rstrip().endswith("}"):
        return prompt, negative, notes  # Structured: the dialect has put everything in its place.
    lookless = [lora for lora in dropped if not lora.look_text]
    instead = [(_plain(a.prepend_prompt, a), _plain(a.append_prompt, a)) for a in lookless]
    openings = (*(lora.prepend_prompt for lora in used), *(start for start, _ in instead))
    opening = _missing(prompt, openings)
    closing = _missing(
        prompt, (*(lora.append_prompt for lora in used), *(end for _, end in instead))
    )
    there = "\n".join((prompt, *opening, *closing))
    people = [lora for lora in used if lora.category == "character"]
    others = [lora for lora in used if lora.category != "character"]
    front = _missing(there, (word for lora in people for word in lora.trigger_words))
    added = _missing(there, (word for lora in others for word in lora.trigger_words))
    looks = [lora.look_text for lora in dropped if not _is_described(prompt, lora.look_text)]
    prompt = ", ".join(filter(None, (*front, prompt)))
    prompt = _appended(prompt, list(dict.fromkeys((*added, *closing, *looks))))
    for start in reversed(opening):
        prompt = _prepended(start, prompt)
    prompt, late = _without_triggers(prompt, used, dropped)
    against = _missing(negative, (lora.negative_prompt for lora in used))
    negative = ", ".join(filter(None, (negative, *against)))
    return prompt, negative, (*notes, *late)


def _called(name: str, people: Sequence[Lora]) -> Lora | None:
    """Who of `people` goes by `name`: by a whole name first, then by a part of one."""
    wanted = folded_term(name)
    if not wanted:
        return None
    terms = {lora.id: [folded_term(term) for term in _names(lora)] for lora in people}
    for fits in (str.__eq__, _contains):
        for lora in people:
            if any(fits(wanted, term) for term in terms[lora.id]):
                return lora
    return None


def _names(lora: Lora) -> tuple[str, ...]:
    return (lora.name, *lora.keywords, *lora.aliases)


def _contains(one: str, other: str) -> bool:
    long, short = (one, other) if len(one) > len(other) else (other, one)
    at = long.find(short)
    return at >= 0 and bool(short) and stands_alone(long, at, at + len(short))


def _without_triggers(
    prompt: str, used: Sequence[Lora], dropped: Sequence[Lora]
) -> tuple[str, tuple[Note, ...]]:
    needed = [word for lora in used for word in lora.trigger_words]
    notes: list[Note] = []
    for lora in dropped:
        plain = {word.casefold() for word in (*lora.keywords, *lora.aliases)}
        for word in lora.trigger_words:
            if word.casefold() in plain or any(_stands_in(other, word) for other in needed):
                continue
            if not _stands_in(prompt, word):
                continue
            stand_in = "" if _is_described(prompt, lora.look_text) else lora.look_text
            prompt = _replaced(prompt, word, stand_in)
            notes.append(Note("lora-trigger", f"{word!r} is taken out with {lora.name}"))
    return prompt, tuple(notes)


def _plain(text: str, lora: Lora) -> str:
    """`text` without the trigger words of its LoRA, which mean nothing by themselves."""
    for word in sorted(lora.trigger_words, key=len, reverse=True):
        text = _replaced(text, word, "")
    return text.strip(" ,")


def _phrase(words: str) -> re.Pattern[str]:
    pattern = r"\s+".join(map(re.escape, words.split()))
    return re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE)


def _stands_in(prompt: str, words: str) -> bool:
    return _phrase(words).search(prompt) is not None


def _replaced(prompt: str, word: str, stand_in: str) -> str:
    first = _phrase(word).sub(lambda _: stand_in or "\0", prompt, count=1)
    cut = re.sub(r" ?\0", "", _phrase(word).sub("\0", first))
    return _COMMAS.sub(", ", cut).strip(" ,")


def _missing(prompt: str, phrases: Iterable[str]) -> list[str]:
    stripped = (phrase.strip(" ,") for phrase in phrases)
    return [text for text in dict.fromkeys(stripped) if text and not _stands_in(prompt, text)]


def _is_described(prompt: str, look: str) -> bool:
    """Whether nearly all that `look` says is in the prompt, in whatever order."""
    said = set(_LETTERS.findall(look.casefold())) - {"with"}
    there = set(_LETTERS.findall(prompt.casefold()))
    return len(said & there) >= 0.8 * len(said)


def _appended(prompt: str, phrases: Sequence[str]) -> str:
    """After a sentence a sentence, in a list of phrases a phrase."""
    if not phrases:
        return prompt
    added = ", ".join(phrases)
    if prompt.rstrip().endswith((".", "!", "?")):
        return f"{prompt.rstrip()} {added}."
    return ", ".join(filter(None, (prompt.strip(" ,"), added)))


def _prepended(start: str, prompt: str) -> str:
    """`oil painting of` runs on into the prompt; what is no such opening gets a comma."""
    if start.rsplit(" ", 1)[-1].casefold() not in ("of", "in", "by", "with", "showing"):
        return ", ".join(filter(None, (start, prompt)))
    if _ARTICLE.match(prompt):
        prompt = prompt[0].lower() + prompt[1:]
    return f"{start} {prompt}"
