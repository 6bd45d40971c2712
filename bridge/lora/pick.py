"""Which of the LoRAs that a text calls for go into the picture, whatever the cloud."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bridge.domain import Lora, Note, Rating
from bridge.lora.catalog import Catalog
from bridge.lora.match import Hit

Picked = tuple[tuple[Lora, ...], tuple[Note, ...]]
"""LoRAs by rank, and a note for each that was left out."""


def pick(
    hits: Sequence[Hit], catalog: Catalog, *, ceiling: Rating, extra: Sequence[Lora] = ()
) -> Picked:
    """The permanent ones, the `extra` ones that were asked for by name, and the `hits`.

    What may not be shown goes first, then the rivals of a better one in the same exclusive group,
    then what is over its category's cap. What was asked for fills a cap before what was merely
    mentioned, and no cap shuts out what is permanent.
    """
    if not (hits or extra or catalog.permanent):
        return (), ()
    asked = [*(catalog.loras[ident] for ident in catalog.permanent), *extra]
    wanted = {lora.id: lora for lora in (*asked, *(hit.lora for hit in hits))}
    first = {lora.id for lora in asked}
    allowed, above = _allowed(wanted.values(), ceiling)
    single, rivals = one_of_each_group(allowed)
    kept, over = _capped(single, first, catalog)
    return kept, (*above, *rivals, *over)


def one_of_each_group(loras: Iterable[Lora]) -> Picked:
    """The best-ranked one of each exclusive group."""
    best: dict[str, Lora] = {}
    kept: list[Lora] = []
    notes: list[Note] = []
    for lora in sorted(loras, key=_rank):
        rival = best.setdefault(lora.exclusive_group or f"={lora.id}", lora)
        if rival is lora:
            kept.append(lora)
        else:
            notes.append(Note("lora-group", f"{lora.name} is left out: {rival.name} goes first"))
    return tuple(kept), tuple(notes)


def _allowed(loras: Iterable[Lora], ceiling: Rating) -> Picked:
    kept: list[Lora] = []
    notes: list[Note] = []
    for lora in loras:
        if lora.rating <= ceiling:
            kept.append(lora)
        else:
            text = (
                f"{lora.name} is left out: it is {lora.rating.label}, the ceiling {ceiling.label}"
            )
            notes.append(Note("lora-rating", text))
    return tuple(kept), tuple(notes)


def _capped(loras: Sequence[Lora], first: set[str], catalog: Catalog) -> Picked:
    taken: Counter[str] = Counter()
    kept: list[Lora] = []
    notes: list[Note] = []
    for lora in sorted(loras, key=lambda lora: (lora.id not in first, lora.rank)):
        cap = catalog.caps.get(lora.category)
        if cap is None or taken[lora.category] < cap or lora.id in catalog.permanent:
            taken[lora.category] += 1
            kept.append(lora)
        else:
            text = f"{lora.name} is left out: at most {cap} of {lora.category}"
            notes.append(Note("lora-cap", text))
    return tuple(sorted(kept, key=_rank)), tuple(notes)


def _rank(lora: Lora) -> int:
    return lora.rank
