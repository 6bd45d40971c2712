"""Where a scene is: the text's own place, the place that stands, or one of the list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bridge.scene import Place, Scene
from bridge.summarizer.places import NONE, STAY, CuratedPlace, Tags
from bridge.summarizer.places_book import PlaceBook
from bridge.summarizer.places_rank import PlaceIndex, shortlist

_IMPLIED: Final = "implied"
_NO_TAGS: Final = Tags(False, "timeless", "", (), ())


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a chat is, and what would have moved it last time.

    A move must be stated in the text, or win twice in a row: a `rival` is the group of places that
    won once, or `implied`.
    """

    place: Place
    rival: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a text hints at, and what an LLM may pick from."""

    fitting: tuple[CuratedPlace, ...]
    listed: tuple[CuratedPlace, ...] = ()


class Chooser:
    """Joins the index of a list and the book of what was used of it."""

    def __init__(self, places: Sequence[CuratedPlace], book: PlaceBook) -> None:
        self._index = PlaceIndex(places)
        self._groups = {place.id: place.group for place in places}
        self._book = book

    async def offer(
        self, text: str, names: Sequence[str], caller: str, previous: Standing | None
    ) -> Offer:
        """The shortlist for `text`, with `stay` first when there is a place to stay at."""
        scores = self._index.scores(text, names)
        fitting = self._index.fitting(scores)
        listed = shortlist(fitting, scores, await self._book.fresh(caller))
        if previous:
            listed = [CuratedPlace(STAY, "", previous.place.text, _NO_TAGS), *listed]
        return Offer(tuple(fitting), tuple(listed))

    def hints(self, text: str, names: Sequence[str]) -> Offer:
        """The same where nobody picks."""
        return Offer(tuple(self._index.fitting(self._index.scores(text, names))))

    async def choose(
        self, scene: Scene, offer: Offer, caller: str = "", previous: Standing | None = None
    ) -> tuple[Scene, str]:
        """The scene with its place, and the rival for the next time. Unstored."""
        place = scene.place
        picked = next((one for one in offer.listed if one.id == place.id != STAY), None)
        if place.kind == "unstated" and place.text and not picked and place.id != STAY:
            place = replace(place, kind="explicit")
        if place.kind != "unstated":
            return self._own(scene, replace(place, id=""), previous)
        if previous:
            return await self._moved(scene, offer, picked, caller, previous)
        if place.id == NONE:
            return replace(scene, place=Place()), ""
        return await self._taken(scene, offer, picked, caller), ""

    def _own(self, scene: Scene, place: Place, previous: Standing | None) -> tuple[Scene, str]:
        """The text's place; one that only follows from the things in it must win twice."""
        if previous and not place.text:
            return replace(scene, place=previous.place), ""
        if previous and place.kind == "implied" and previous.rival != _IMPLIED:
            return replace(scene, place=previous.place), _IMPLIED
        return replace(scene, place=place), ""

    async def _moved(
        self, scene: Scene, offer: Offer, picked: CuratedPlace | None, caller: str, was: Standing
    ) -> tuple[Scene, str]:
        hinted = next(iter(offer.fitting), None) if not scene.place.id else None
        winner = picked or hinted
        group = winner.group if winner else ""
        if not group or group == self._groups.get(was.place.id):
            return replace(scene, place=was.place), ""
        if group != was.rival:
            return replace(scene, place=was.place), group
        return await self._taken(scene, offer, picked, caller), ""

    async def _taken(
        self, scene: Scene, offer: Offer, picked: CuratedPlace | None, caller: str
    ) -> Scene:
        wanted = [one.id for one in (picked, *offer.fitting) if one]
        taken = await self._book.take(caller, wanted, repeats=bool(offer.fitting))
        return replace(scene, place=Place(taken.id, "unstated", taken.text))
