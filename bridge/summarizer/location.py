"""Where a moment is: the place that it names, or the one that follows from the things in it."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from bridge.scene import Place
from bridge.summarizer import location_signs as signs
from bridge.summarizer.location_wider import Found, setting_of
from bridge.summarizer.people import SIGN
from bridge.summarizer.words import one_of


def place_of(text: str) -> Place:
    """The place that a moment names; `implied` by its furniture; else unstated.

    In `text` people are signs or plain nouns.
    """
    text = signs.ASIDE.sub("", text)
    found = _whole(list(_named(text)))
    best = max(found, key=lambda one: (one.weight, -one.start), default=None)
    implied = _implied(text)
    is_sure = best and best.weight >= 0 and best.noun not in signs.PASSED
    if best and (is_sure or (best.weight > signs.OF_ANOTHER and implied.kind == "unstated")):
        return Place("", "explicit", _phrase(text, best, found))
    if implied.kind == "unstated" and (titled := signs.TITLED.search(text)):
        return Place("", "explicit", titled["phrase"])
    return implied


def _implied(text: str) -> Place:
    """The place with the most things of its kind in the text."""
    counts = {place: len(cue.findall(text)) for place, cue in _cues().items()}
    best = max(counts, key=lambda place: counts[place])
    article = "an" if best[0] in "aeiou" else "a"
    return Place("", "implied", f"{article} {best}") if counts[best] else Place()


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    """What is found at each place; built when first a text names none."""
    led = r"\b(?:the|an?|his|her|their|my|your|its|one)\s(?:[\w-]+\s){0,2}?"
    return {
        place: re.compile(rf"{led}(?:{one_of(cues)})\b", re.IGNORECASE)
        for place, cues in signs.WORDS["implied"].items()
    }


def _named(text: str) -> Iterator[Found]:
    """Every place noun with its adjectives and its determiner or preposition."""
    tokens = list(signs.WORD.finditer(text))
    words = [token[0].casefold().replace("’", "'") for token in tokens]
    last = -1
    for index in range(len(tokens)):
        length = _length(words, index)
        if not length or index <= last:
            continue
        last = index + length - 1
        if one := _judged(text, tokens, words, index, length):
            yield one
    yield from _by_name(text)


def _by_name(text: str) -> Iterator[Found]:
    """Places whose noun is part of a name; a person is a sign and never one."""
    for found in signs.BY_NAME.finditer(text):
        noun, before = found["noun"].casefold(), (found["before"] or "").casefold()
        if noun in signs.PLACES and not re.search(SIGN, found["name"]):
            is_within = before in signs.BEING_IN or before in signs.UNDER
            start = found.start("name")
            weight = (4 if is_within else 1) + _told(text, start, is_new=False)
            yield Found(noun, start, found.end("name"), weight)


def _whole(found: list[Found]) -> list[Found]:
    """`the lighthouse gallery` once, not the lighthouse too."""
    kept: list[Found] = []
    for one in found:
        if kept and kept[-1].start == one.start and _is_head(kept[-1], one):
            weight = max(one.weight, kept.pop().weight)
            kept.append(Found(one.noun, one.start, one.end, weight))
        else:
            kept.append(one)
    return kept


def _is_head(first: Found, last: Found) -> bool:
    """A staircase or a wall says less than the house that it is in."""
    is_part = last.noun in signs.PASSED | signs.PARTS or last.weight == signs.OF_ANOTHER
    return not is_part or (last.noun in signs.PASSED and first.noun in signs.OPEN)


def _length(words: list[str], index: int) -> int:
    """Words of the longest place noun that begins at `index`; 0 if none does."""
    for length in (3, 2, 1):
        noun = " ".join(words[index : index + length])
        known = {noun, noun.removesuffix("'s"), noun.replace("-", " ")} & signs.PLACES
        if index + length <= len(words) and (known or signs.IS_WORKS.fullmatch(noun)):
            return length
    return 0


def _judged(
    text: str, tokens: list[re.Match[str]], words: list[str], index: int, length: int
) -> Found | None:
    noun = " ".join(words[index : index + length])
    noun = noun if noun in signs.PLACES else noun.removesuffix("'s")
    end = tokens[index + length - 1].end()
    first = _first(text, tokens, words, index)
    start = tokens[first].start()
    is_led = words[first] in signs.DETERMINERS or text[start] >= SIGN[1]
    before = words[first - 1] if first and text[tokens[first - 1].end() : start] == " " else ""
    opens = bool(signs.OPENS.search(f". {text}"[max(0, start - signs.OPENING) : start + 2]))
    listed = not opens and bool(
        signs.LISTED.search(f". {text[max(0, start - signs.BACK) : start]}")
    )
    is_named = text[start].isupper() or is_led or before in signs.BEING_IN or before == "of"
    number = signs.NUMBERED.match(text, end) if is_named else None
    lift = signs.LIFT.match(text, end) if is_named else None
    end = number.end() if number else lift.end() if lift else end
    if not (is_led or before in signs.BEING_IN or opens or listed or number):
        return None
    following = words[index + length] if text[end : end + 1] == " " and not (number or lift) else ""
    is_count = _is_count(noun, words[first:index], before)
    is_sign = tokens[index][0].isupper() and not opens
    is_deed = noun in signs.DEEDS and not is_led
    if _is_compound(noun, following) or is_sign or is_count or is_deed:
        return None
    if words[first] == "a" and signs.FULL_OF.match(text, end):
        return None
    heads = opens and bool(signs.HEADS.match(text, end))
    is_topic = opens and bool(signs.IS_TOPIC.match(text, end)) and not signs.BELOW.match(text, end)
    is_within = before in signs.BEING_IN or (before == "of" and words[first - 2] in signs.ABOARD)
    is_ridden = is_within or heads or (is_topic and words[first] != "a")
    if _is_no_room(noun, index - first, is_ridden=is_ridden or following in signs.FURNITURE):
        return Found(noun, start, end, signs.OF_ANOTHER)  # a place only for who is in it
    weight = _weight(noun, before, following in signs.FURNITURE, is_topic)
    weight -= 3 * bool(signs.NEXT.match(text, start))
    weight += 5 * heads - 2 * (not (is_led or listed))
    weight += _told(text, start, is_new=words[first] in ("a", "an", "another"))
    return Found(noun, start, end, weight)


def _is_no_room(noun: str, adjectives: int, *, is_ridden: bool) -> bool:
    return (noun == "room" and adjectives < 2) or (noun in signs.VEHICLES and not is_ridden)


def _is_count(noun: str, words: list[str], before: str) -> bool:
    """`the last forty steps` are paces, `up a yard` is a measure."""
    if noun == "yard":
        return words == ["a"] and before not in signs.BEING_IN - frozenset(signs.ON)
    return noun == "steps" and any(word in signs.NUMBERS for word in (*words, "")[:-1])


def _is_compound(noun: str, following: str) -> bool:
    """`the bus driver`, `a plain apron`."""
    if following in signs.PREPOSITIONS or not following:
        return False
    if following in signs.TERRACES:
        return True
    if following in signs.FURNITURE:
        return False
    if noun in signs.ELSE:
        return following not in signs.GOES_ON
    return following.rstrip("s") in signs.NOUNS or following in signs.NOUNS


def _told(text: str, start: int, *, is_new: bool) -> int:
    """What the sentence up to a place adds to its weight: who is there, who only looks at it."""
    sentence = signs.SENTENCE.split(text[max(0, start - signs.BACK) : start])[-1]
    if signs.LOOKED_AT.search(sentence) or signs.LEFT.search(sentence):
        return -6
    if signs.IS.search(sentence):
        return -4
    far = 4 * bool(signs.FAR_OFF.search(f"{sentence}{text[start : start + 4]}"))
    return (
        bool(signs.SOMEBODY.search(sentence)) - far - (is_new and not signs.WITHIN.search(sentence))
    )


def _first(text: str, tokens: list[re.Match[str]], words: list[str], index: int) -> int:
    """Index of the determiner, else of the first adjective next to the noun."""
    nearest = index
    for at in range(index - 1, max(-1, index - 2 - signs.MOST_ADJECTIVES), -1):
        if text[tokens[at].end() : tokens[at + 1].start()] != " ":
            break
        if words[at] in signs.DETERMINERS or text[tokens[at].start()] >= SIGN[1]:
            return at
        if words[at] in signs.NO_ADJECTIVE:
            break
        nearest = index - 1
    return nearest


def _weight(noun: str, before: str, has_furniture: bool, is_topic: bool) -> int:
    weight = 4 if before in signs.BEING_IN else 0 if before in signs.FAR else 2
    weight += 4 * is_topic - has_furniture
    if noun in signs.PARTS:
        weight -= 4 if noun in signs.NEVER else 0 if before in signs.ON else 3
    return weight - 2 * (noun in signs.BROAD) - 4 * (noun in signs.PASSED)


def _phrase(text: str, best: Found, found: list[Found]) -> str:
    """The words of a place, with the place that it is part of, or that is all round it."""
    start, end = best.start, best.end
    for one, other in pairwise(found):
        if signs.JOINS.fullmatch(text[one.end : other.start]) and best in (one, other):
            start, end = min(start, one.start), max(end, other.end)
    is_joined = (start, end) != (best.start, best.end)
    if not is_joined and (
        part := signs.PART_OF.search(text[max(0, start - signs.OPENING) : start])
    ):
        start -= len(part[0])
    tail = signs.OF_NAMED.match(text, end)
    phrase = _plain(text[start : tail.end() if tail else end])
    is_alone = (start, end) == (best.start, best.end) and not tail
    if is_alone and (setting := setting_of(text, best, found)):
        nearer, wider = (_plain(text[x.start : x.end]) for x in (setting.nearer, setting.wider))
        is_at_sea = setting.nearer.noun in signs.ON_SHIPS and setting.lies != "of"
        nearer = f"{nearer} of a ship" if is_at_sea else nearer
        return f"{nearer} {setting.lies} {wider}"
    around = [
        one
        for one in found
        if one.noun not in signs.VEHICLES | signs.PARTS | signs.OF_BOATS
        and one.weight > 0
        and not start <= one.start < end
    ]
    if best.noun in signs.VEHICLES and around:
        most = max(around, key=lambda one: one.weight)
        return f"{phrase}, {_plain(text[most.start : most.end])}"
    return phrase


def _plain(phrase: str) -> str:
    phrase = re.sub(SIGN, "", re.sub(rf"{SIGN}['’]s", "the", phrase)).replace(" only ", " ")
    phrase = (phrase.lower() if phrase.isupper() else phrase).replace(" own ", " ").strip()
    if not re.match(r"(?!The |An? |.*\d)[A-Z][\w’'-]+ [A-Z]", phrase):
        phrase = phrase[:1].lower() + phrase[1:]
    return re.sub(r"^(?:his|her|their|my|your|this|our)\b", "the", phrase)
