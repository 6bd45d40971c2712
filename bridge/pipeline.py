"""The spine: reading it top to bottom is reading one request."""

from collections.abc import Sequence
from dataclasses import replace

from bridge.domain import Job, Lora, Made, Note, PromptMode, Rating, Ready
from bridge.engine.contract import Model
from bridge.engine.control import Control
from bridge.engine.fit import Fit, fit
from bridge.errors import Forbidden, Unfit
from bridge.lora.catalog import Catalog, CatalogFile
from bridge.lora.match import Hit, Matcher
from bridge.lora.pick import pick
from bridge.lora.weave import find, tags, weave, words
from bridge.routing.router import Router
from bridge.summarizer import Known, Summarizer
from bridge.summarizer.dialects import render
from bridge.summarizer.guard import check_scene, check_text, rating_of
from bridge.summarizer.lint import lint, repair
from bridge.summarizer.mode import is_story, strip_boilerplate


class Pipeline:
    """One picture: who is meant, what is seen, which LoRAs, which cloud."""

    def __init__(
        self, loras: CatalogFile, summarizer: Summarizer, router: Router, mode: PromptMode
    ) -> None:
        self._loras = loras
        self._summarizer = summarizer
        self._router = router
        self._mode = mode
        self._matcher = Matcher(loras.current)

    async def make(self, job: Job, control: Control) -> Made:
        """The picture that `job` asks for; raises what the door tells the client."""
        check_text(f"{job.text}\n{job.negative}")
        job = await self.prepare(job)
        return await self._router.make(job, control, self.render)

    async def prepare(self, job: Job) -> Job:
        """`job` with its scene and its LoRAs: everything that no cloud is needed for."""
        catalog = self._loras.current
        text, tagged = tags(job.text)
        text, boilerplate = strip_boilerplate(text)
        hits = self._matcher_of(catalog).match(text)
        job = replace(job, text=text, rating=_within(rating_of(text), job.rating))
        if self._is_story(job):
            job = await self._with_scene(job, hits)
        elif boilerplate:
            job = replace(job, notes=(*job.notes, Note("boilerplate", f"left out: {boilerplate}")))
        loras, notes = pick(hits, catalog, ceiling=job.rating, extra=_asked(catalog, tagged))
        return replace(job, loras=loras, notes=(*job.notes, *notes))

    async def _with_scene(self, job: Job, hits: Sequence[Hit]) -> Job:
        people = [Known(hit.lora.name, hit.lora.look_text, hit.words) for hit in hits]
        written = await self._summarizer.scene(job.text, people=people, ceiling=job.rating)
        check_scene(written.scene)
        rating = _within(Rating.named(written.scene.rating), job.rating)
        return replace(
            job, scene=written.scene, rating=rating, notes=(*job.notes, *written.notes)
        )
