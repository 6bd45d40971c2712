"""By which words a place is told from other words, and a moment's own place from others."""

import re
from typing import Final

from bridge.summarizer.people import SIGN
from bridge.summarizer.words import listed, one_of, read

WORDS: Final = read("places")
PLACES: Final = frozenset([*WORDS["inside"], *WORDS["outside"]])
DEEDS: Final = frozenset(listed("deeds_or_things"))
"""`snow falls on the quay`: such a noun wants an article."""
PREPOSITIONS: Final = frozenset([*listed("prepositions"), "of", "aboard"])
OPEN: Final = frozenset(WORDS["outside"])
DETERMINERS: Final = frozenset(WORDS["determiners"])
NO_ADJECTIVE: Final = PREPOSITIONS | frozenset([*listed("pronouns"), *WORDS["no_adjectives"]])
FURNITURE: Final = frozenset(WORDS["furniture"])
"""`the cellar shelf`: in the cellar."""
NOUNS: Final = frozenset(
    [
        *(word for name in ("things", "garments", "animals") for word in listed(name)),
        *(word for heads in read("people")["heads"].values() for word in heads),
    ]
) - {"barefoot"}
"""After a place they make it a compound: `the bus driver`."""
TERRACES: Final = frozenset(
    (
        "terrace",
        "garden",
        "yard",
        "courtyard",
        "roof",
        "cellar",
        "lobby",
        "kitchen",
        "corridor",
        "lawn",
        "car park",
        "grounds",
    )
)
"""`the café terrace`: this, and not the café."""
VEHICLES: Final = frozenset(WORDS["vehicles"])
BOATS: Final = frozenset(WORDS["boats"])
OF_BOATS: Final = frozenset(WORDS["of_boats"])
WATERS: Final = frozenset(WORDS["waters"])
PARTS: Final = frozenset(WORDS["parts"])
"""Of a place rather than one."""
BROAD: Final = frozenset(WORDS["broad"])
"""Places that hold other places: `the city`, `the house`."""
BEING_IN: Final = frozenset(WORDS["being_in"])
ABOARD: Final = frozenset(WORDS["aboard"])
"""`at the rail of the ferry`."""
ON: Final = ("on", "onto", "up", "down")
"""`on the roof`: then the roof is the place."""
NEVER: Final = ("wall", "floor", "ledge", "balustrade")
"""Things hang on a wall."""
FAR: Final = frozenset(WORDS["being_far"])
OPENS: Final = re.compile(r"[.!?:]\s+(?:all (?:along|round|over)\s+)?$", re.IGNORECASE)
LISTED: Final = re.compile(r"[.!?:]\s(?:[\w’'-]+ ?){1,4}, (?:(?:[\w’'-]+ ?){1,4}, )?$")
"""`The night bus, top deck`: what goes on in a verbless opening."""
IS_TOPIC: Final = re.compile(
    rf"(?: of (?:the )?[\w-]+(?: [A-Z][\w-]+)?)?\s(?:{one_of(WORDS['makes_topic'])})\b"
)
ASIDE: Final = re.compile(
    r"\b(?:photograph|picture|painting|portrait|postcard|film) (?:shows?|showed) [^.;]*"
    rf"|\b(?:photograph|photo|picture|portrait|postcard|snapshot) of"
    rf" (?:{SIGN}|(?:an?|the|his|her|their) \w+ [io]n) [^.;,]*"
    r"|\b(?:where s?he|where they|when (?:s?he|they) (?:was|were|had|left|caught|came|went)) [^.,]*"
    r"|\b(?i:they|he|she|we|I)(?:['’]d| had)"
    r" (?:\w+ly )?(?:spent|been|left|gone|stayed|met) [^.,;]*"
    r"|\blike an? [^.,;]*|\bwhole\b "
)
"""What is pictured in the picture, what is over, what is only compared."""
WORD: Final = re.compile(rf"(?:{SIGN}(?=['’]s\b))?[\w’'-]+")
OF_NAMED: Final = re.compile(
    r"(?:\s(?:rail|railing|door|gate|window))?\s(?:of|at|behind|above|below|outside|beside"
    r"|near|under) (?:the )?(?:[A-Z][\w’'-]+ ){0,2}[A-Z][\w’'-]+|\sof the [\w’'-]+(?=[.,;!?]|$)"
)
PART_OF: Final = re.compile(
    r"(?:\b(?:the|its|an?) )?\b(?:lip|rim|edge|brink|bank|shore|stern|bow|prow"
    r"|deck|roof|end|top) of $",
    re.IGNORECASE,
)
IS_WORKS: Final = re.compile(
    r"(?!fire|clock|net|frame|patch|art|steel|lan|hal|bird|doll)[a-z]{3,}(?:yard|works|house|field)"
)
"""`switchyard`, `brickworks`: a place by its ending."""
ON_SHIPS: Final = ("quarterdeck", "poop deck", "foredeck", "afterdeck", "gun deck")
NEXT: Final = re.compile(r"\w+ (?:other|next|neighbou?ring|opposite)\b", re.IGNORECASE)
"""`the next roof`: nobody's here."""
LIFT: Final = re.compile(r"\slift\b")
"""`the archive lift`; by itself the word is mostly a verb."""
JOINS: Final = re.compile(
    r",\s(?=\Z)|\s[—–]\s|\s(?:of|at|above|below|over|outside|in|on|by|beside|behind|under)\s"
)
HEADS: Final = re.compile(r"\s?(?:[,.:—–]|$)|\sof (?:the )?(?:[\w’'-]+ )?[\w’'-]+[,.:—–]")
"""`The night bus, top deck.` stands over what follows."""
NUMBERED: Final = re.compile(
    r"\s(?:\d+|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?=[.,;:]|$)"
    r"|[A-Z]|(?:No|no)\. ?\d+|(?-i:[A-Z][a-z]+))(?![\w’'])"
)
"""`Bay 12`, `Deck Four`."""
BY_NAME: Final = re.compile(
    r"(?:\b(?P<before>\w+) (?:the )?)?"
    r"(?P<name>(?:[A-ZÀ-Þ][\w’'-]+ ){1,2}(?P<noun>[A-Z][a-z]+))(?![\w’'])(?! [A-Z])"
)
"""`under Marl Bridge`, `at the top of Candle Street`."""
UNDER: Final = frozenset(("under", "beneath", "on", "along", "down", "up", "outside", "behind"))
SOMEBODY: Final = re.compile(rf"{SIGN}(?!['’]s)|\b(?:he|she|they|we|I|you)\b", re.IGNORECASE)
FAR_OFF: Final = re.compile(
    r"(?:^|[,;:—–]\s|\band )(?:then )?"
    r"(?:across the(?! (?:counter|table|desk|bar)\b)|beyond|outside|opposite|in the distance"
    r"|far (?:off|below|away)"
    r"|on the (?:far|other|opposite) (?:side|bank|shore)|at the far end|over the way|next door"
    r"|somewhere|down in|up in)\b",
    re.IGNORECASE,
)
"""What such words begin with is seen from here."""
LOOKED_AT: Final = re.compile(
    r"\b(?:look|star|gaz|peer|glanc|point|squint|smil|nod|wav|aim|shout|call|see|saw|watch|dream|think"
    r"|thought|hear|remember|face|consider|regard)\w*\s"
    r"(?:(?:back|up|down|over|out|off|away|straight) )?"
    r"(?:(?:at|to|towards?|into|onto|over|across|through|along|of|about|down|up|from)\s)?$",
    re.IGNORECASE,
)
LEFT: Final = re.compile(
    r"\b(?:out of|away from|back from|leav(?:es?|ing)|left|called|named|not|no|never|n['’]t|without"
    r"|no longer)\s$",
    re.IGNORECASE,
)
IS: Final = re.compile(
    r"(?<!\bit )(?<!\bthis )(?<!\bthat )(?<!\bhere )(?<!\bthere )\b(?:is|was|are|were|be|been|like"
    r"|as|than|made|makes?|['’]s got|has got|have got"
    r"|(?:colou?r|kind|sort|name|smell|sound|size|shape|map|picture|view|memory|story|owner|king"
    r"|mayor|captain|idea) of)\s$",
    re.IGNORECASE,
)
PASSED: Final = frozenset(
    ("escalator", "elevator", "stairs", "staircase", "stairway", "steps", "doorstep", "gangway")
)
"""They belong to a place that other things may tell."""
FULL_OF: Final = re.compile(r"\sof\s(?!the\b|an?\b|his\b|her\b|its\b|their\b|[A-Z])")
"""`a tower of atlases`."""
BELOW: Final = re.compile(r"\s\w+ (?:far |just )?(?:below|beneath|beyond|behind|away|off|above)\b")
"""`The city lies below.`"""
TITLED: Final = re.compile(
    r"\b(?:[Aa]t|[Ii]n|[Ii]nside"
    r"|[Aa]board) (?P<phrase>the (?!\w+s\b(?! [A-Z]))[A-Z][\w’-]+(?: [A-Z][\w’-]+){0,2})(?!['’]s"
    r"|[\w ]*[A-Z]{2})"
)
"""`at the Copper Kettle`: an inn, a ship."""
SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+")
ELSE: Final = frozenset(
    ("plain", "well", "mine", "spit", "hold", "spring", "pass", "stage", "store")
)
"""Places that are other words before a noun: `a plain apron`."""
OPENING: Final = 24
"""Characters before a phrase in which its sentence may begin."""
BACK: Final = 120
"""Characters of a sentence before a place that tell who is there."""
WITHIN: Final = re.compile(rf"\b(?:{one_of(WORDS['being_in'])})\s$", re.IGNORECASE)
GOES_ON: Final = frozenset(("is", "was", "and", "where", "that", "has", "with"))
NUMBERS: Final = frozenset(
    (*read("english")["numbers"], "few", "last", "twenty", "thirty", "forty")
) - {"the", "a", "an", "his", "her", "their", "one"}
MOST_ADJECTIVES: Final = 3
SURE: Final = 1
"""Least weight of a place that takes the lead of a wider one."""
OF_ANOTHER: Final = -9
"""Weight of what is no place by itself: a boat that passes, but `the hold of the boat`."""
