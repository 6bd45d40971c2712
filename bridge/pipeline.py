"""The spine: reading it top to bottom is reading one request."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from time import monotonic

from bridge.domain import Job, Made, Note, PromptMode, Rating, Ready
from bridge.engine.card import Model
from bridge.engine.control import Control
from bridge.engine.fit import Fit, fit, seed_within
from bridge.enlarging import at_upscaler, to_target
from bridge.errors import BridgeError, Forbidden
from bridge.events import Bus, JobEnded, hashed
from bridge.lora.catalog import Catalog, CatalogFile
from bridge.lora.match import Hit, Matcher, matcher
from bridge.lora.pick import pick
from bridge.lora.tags import asked, tags
from bridge.routing.router import Router
from bridge.styles import styled
from bridge.summarizer.continuity.book import ChatBook, Moment
from bridge.summarizer.continuity.shown import (
    before,
    labelled,
    standing_of,
    unlisted,
    with_state,
)
from bridge.summarizer.guard import by_words, check_scene, check_text, rated
from bridge.summarizer.lint import sift
from bridge.summarizer.mode import is_story, raw_message, strip_boilerplate
from bridge.summarizer.people import Known
from bridge.summarizer.summarize import Summarizer
from bridge.visible import visible
from bridge.wording import Wording, finished, linted, worded

LONG = 10_000
"""Characters from which a text is read by the guard beside the event loop, and then remembered."""


class Pipeline:
    """One picture, from what a client wrote to bytes."""

    def __init__(self, prompter: "Prompter", router: Router, bus: Bus) -> None:
        self._prompter = prompter
        self._router = router
        self._bus = bus

    async def make(self, job: Job, control: Control) -> Made:
        """The picture that `job` asks for; raises what the door tells the client."""
        begun = monotonic()
        try:
            ready = await self._prompter.prepare(job)
            made = await self._router.make(ready, control, self._prompter.render)
            if job.hires:
                made = await at_upscaler(made, job, partial(self._more, control, begun))
                made = await to_target(made, job.hires)
        except BridgeError as error:
            self._tell(job, error.name, monotonic() - begun, None)
            raise
        self._tell(job, "ok", monotonic() - begun, made)
        return made

    async def _more(self, control: Control, begun: float, job: Job) -> Made:
        """A second picture for the same request, in what is left of its time."""
        control.progress = 0.0
        spent = monotonic() - begun
        return await self._router.make(job, control, self._prompter.render, spent=spent)

    def _tell(self, job: Job, outcome: str, seconds: float, made: Made | None) -> None:
        prompt = hashed(made.ready.prompt if made else job.text)
        seconds = round(seconds, 3)
        self._bus.tell(
            JobEnded(job.id, outcome, seconds, len(made.attempts), prompt, made.provider,
                     made.model, made.cost, tuple(note.code for note in made.notes))
            if made
            else JobEnded(job.id, outcome, seconds, 0, prompt)
        )  # fmt: skip


class Prompter:
    """All that needs no cloud: who is meant, what is seen, which LoRAs, and the words for them."""

    def __init__(
        self,
        loras: CatalogFile,
        summarizer: Summarizer,
        mode: PromptMode,
        chats: ChatBook | None = None,
    ) -> None:
        self._loras = loras
        self._summarizer = summarizer
        self._chats = chats
        self._mode = mode
        self._matcher: Matcher | None = None

    async def prepare(self, job: Job) -> Job:
        """`job` with its scene (when it is a story) and its LoRAs; Forbidden content is refused."""
        brought = _brought(job) if job.own_loras or job.styles else ""
        if len(job.text) > LONG:
            await asyncio.to_thread(check_text, f"{job.text} {brought}")
        check_text(f"{job.text} {brought}")  # a negative prompt says what is not to be seen
        catalog = self._loras.current
        loras = await self._matcher_of(catalog)
        text, tagged = tags(job.text)
        if job.styles:
            job, more = _styled(job, catalog)
            tagged += more
        bare, boilerplate = strip_boilerplate(text)
        message = raw_message(bare)
        bare = message or bare
        shows = _allowed(*by_words(f"{text} {brought}"), job.rating)
        if self._is_story(job.prompt_mode, bare, certain=bool(message)):
            hits = loras.match(visible(bare))
            job = replace(job, text=bare, tags=boilerplate, shows=shows)
            moment = await self._moment(job, hits)
            named = {hit.lora.id for hit in hits}
            meant = _meant(loras, moment)
            hits = (*hits, *(hit for hit in meant if hit.lora.id not in named))
            job = await self._with_scene(job, hits, moment)
        else:
            hits = loras.match(text)
            if (text, shows) != (job.text, job.shows):
                job = replace(job, text=text, shows=shows)
        wanted, unknown = asked(catalog, tagged)
        picked, notes = pick(hits, catalog, ceiling=job.rating, extra=(*wanted, *job.own_loras))
        if picked != job.loras or unknown or notes:
            job = replace(job, loras=picked, notes=(*job.notes, *unknown, *notes))
        return job

    def render(self, job: Job, model: Model) -> Ready:
        """`job` cut to `model` and in its family's words; Unfit when lint finds what blocks."""
        if model.upscales:
            job = replace(job, loras=())  # permanent ones: it reads no words
        cut = fit(job, model)
        tags, negative, sifted = sift(job.tags, cut.job.negative, model.family)
        if (tags, negative) != (cut.job.tags, cut.job.negative):
            cut = replace(cut, job=replace(cut.job, tags=tags, negative=negative))
        said = self._said(cut, model)
        check_text(said.prompt)  # with what the LoRAs' own words bring in
        prompt, found = (said.prompt, ()) if model.upscales else linted(said.prompt, cut, model)
        return Ready(
            model=model.id,
            family=model.family,
            prompt=prompt,
            negative=said.negative if model.negative else "",
            width=cut.job.width,
            height=cut.job.height,
            seed=seed_within(job.seed, model.seeds),
            steps=cut.job.steps,
            guidance=cut.job.guidance,
            loras=cut.uses,
            init_image=cut.job.init_image,
            mask=cut.job.mask,
            strength=cut.job.strength,
            references=cut.job.references,
            hires=cut.job.hires,
            options=cut.job.options,
            scene=job.scene,
            notes=(*cut.notes, *sifted, *said.notes, *found),
        )

    def _said(self, cut: Fit, model: Model) -> Wording:
        job = cut.job
        negative = job.negative or self._loras.current.default_negative
        styles = [style.prompt for style in job.styles]
        if job.tags:
            styles.append(f"{job.tags}, {{prompt}}")
        if job.scene is None:
            return finished(job.text, cut.loras, cut.dropped, negative, styles)
        return worded(job.scene, model.family, cut.loras, cut.dropped, negative, styles, job.text)

    async def _matcher_of(self, catalog: Catalog) -> Matcher:
        if self._matcher and self._matcher.catalog is catalog:
            return self._matcher
        # the first text after an edit builds the automaton: beside the event loop
        built = matcher(catalog)
        await asyncio.to_thread(built.match, "")
        self._matcher = built
        return built

    def _is_story(self, asked: PromptMode, text: str, *, certain: bool) -> bool:
        mode = self._mode if asked == "auto" else asked
        return certain or is_story(text) if mode == "auto" else mode == "always"

    async def _moment(self, job: Job, hits: Sequence[Hit]) -> Moment | None:
        names = [one.lora.name for one in _characters(hits)]
        return (
            await self._chats.tell(job.chat, job.text, names, job.caller) if self._chats else None
        )

    async def _with_scene(self, job: Job, hits: Sequence[Hit], moment: Moment | None) -> Job:
        people = [Known(one.lora.name, one.lora.look_text, one.words) for one in _characters(hits)]
        if moment:
            listed = [one.name for one in people]
            people += unlisted(moment.state, listed, job.text, job.chat.user)
        written = await self._summarizer.scene(
            labelled(job.text, job.chat), people=people, ceiling=job.rating, caller=job.caller,
            previous=standing_of(moment) if moment else None,
            before=before(moment.before) if moment else None, wish=job.llm,
        )  # fmt: skip
        scene = written.scene
        if self._chats and moment:
            scene = with_state(scene, moment.state, written.by, job.text, job.chat.user)
            check_scene(scene)
            await self._chats.stood(moment, scene.place, written.rival)
        shows = max(job.shows, _allowed(*rated(scene), job.rating))
        job = replace(job, scene=scene, shows=shows, writing=written.writing)
        return _noted(job, *written.notes)


def _characters(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.lora.category == "character"]


def _meant(loras: Matcher, moment: Moment | None) -> Sequence[Hit]:
    """The characters whom a text may tell of without their names: `she`, or who wrote it."""
    meant = set(moment.state.told_of) & set(moment.state.present) if moment else ()
    return _characters(loras.match(", ".join(sorted(meant)))) if meant else []


def _brought(job: Job) -> str:
    """The words that a request brings beside its text."""
    words = [word for lora in job.own_loras for word in lora.trigger_words]
    return " ".join((*words, *(style.prompt for style in job.styles)))


def _styled(job: Job, catalog: Catalog) -> tuple[Job, list[tuple[str, float]]]:
    """`job` with its styles' negatives, and their LoRA tags taken out."""
    read = [(style, *tags(style.prompt)) for style in job.styles]
    styles = tuple(replace(style, prompt=text) for style, text, _ in read)
    if negatives := [style.negative for style in styles if style.negative]:
        job = replace(job, negative=styled(job.negative or catalog.default_negative, negatives))
    return replace(job, styles=styles), [tag for _, _, found in read for tag in found]


def _noted(job: Job, *notes: Note) -> Job:
    return replace(job, notes=(*job.notes, *notes))


def _allowed(shows: Rating, rule: str, ceiling: Rating) -> Rating:
    """`shows`, unless it is above the ceiling: then nothing is spent."""
    if shows > ceiling:
        raise Forbidden(
            f"this picture would be rated {shows.label} by the rule {rule!r}; "
            f"the ceiling is {ceiling.label} (BRIDGE_RATING)"
        )
    return shows
