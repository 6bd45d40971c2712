"""What becomes of a picture when a cloud cannot have one of its LoRAs; never is it silent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bridge.domain import Category, Job, Lora, LoraFile, Made
from bridge.engine.contract import Adapter
from bridge.engine.control import Control
from bridge.errors import AllProvidersFailed
from bridge.events import Bus, Event, LimitLearnt
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.routing.health import LIMIT_S, Health
from bridge.routing.router import Router
from bridge.summarizer.summarize import Summarizer
from emulator import pictures
from tests.providers.cases import CASES
from tests.providers.chamber import Chamber

FLUX, ZED = "flux1", "z-image"


def lora(name: str, look: str = "", *, category: Category = "character", **urls: str) -> Lora:
    """A LoRA with files of the families in `urls` (`_` for `-`)."""
    files = {family.replace("_", "-"): LoraFile(url, 0.8) for family, url in urls.items()}
    words = (f"{name}trig",)
    return Lora(name, name.title(), category, 1, files, trigger_words=words, look_text=look)


def at(name: str) -> str:
    return f"https://loras.example/{name}.safetensors"


ROSE = lora("rose", "a woman in a red coat", flux1=at("rose-unreachable"), z_image=at("rose-z"))
HAT = lora("hat", "a tall green hat", category="general", flux1=at("hat"), z_image=at("hat-z"))
RAIN = lora("rain", "heavy rain", category="general", flux1=at("rain"), z_image=at("rain-z"))


@dataclass
class Row:
    """A row of clouds in their order, as a client sees it."""

    room: Chamber
    health: Health = field(default_factory=Health)
    told: list[Event] = field(default_factory=list)

    def adapter(self, name: str, only: str) -> Adapter:
        adapter = CASES[name].adapter(self.room.emulator.url)
        known = CASES[name].options
        options = {only: known[only]} if only in known else {**known, "only": only}
        adapter.account = replace(adapter.account, options=options)
        return adapter

    async def make(self, job: Job, *clouds: tuple[str, str], deadline: float = 20.0) -> Made:
        """The picture of the first of `clouds` (name, model) that makes it."""
        bus = Bus()
        bus.listen(self.told.append)
        adapters = [self.adapter(*cloud) for cloud in clouds]
        router = Router(
            adapters, self.room.engine, self.health, bus, order="fixed", deadline=deadline
        )
        nothing = CatalogFile(Path("there-is-none.json"))
        prompter = Prompter(nothing, Summarizer(None, timeout=1.0), "never")
        return await router.make(job, Control(), prompter.render)

    def paid(self) -> dict[str, int]:
        """Submits a cloud."""
        return {cloud: paid for cloud in CASES if (paid := self.room.paid(cloud))}


@pytest.fixture
async def row(room: Chamber) -> AsyncIterator[Row]:
    yield Row(room)


def job(*loras: Lora) -> Job:
    return Job("job-1", "a harbour at dusk", 7, width=512, height=512, loras=loras)


def prompt_of(made: Made) -> str:
    return str(pictures.read(bytes(made.picture.raw))["prompt"])


def outcomes(made: Made) -> list[str]:
    return [f"{a.provider} {a.outcome}" for a in made.attempts]


def codes(made: Made) -> list[str]:
    """What was cut; a notice is said of the model, whatever is asked of it."""
    return [note.code for note in made.notes if note.code != "notice"]


FAL, FAL_Z = ("fal", "flux1-dev"), ("fal", "z-image-turbo")
RUNWARE, RUNPOD = ("runware", "flux1-dev"), ("runpod", ZED)


async def test_the_next_cloud_that_can_take_it_goes_first(row: Row) -> None:
    made = await row.make(job(ROSE), FAL, ("together", "black-forest-labs/FLUX.1-schnell"), RUNPOD)
    assert outcomes(made) == ["fal LoraUnreachable", "runpod ok"]
    assert made.loras == ("rose",)
    assert "rosetrig" in prompt_of(made)


async def test_when_nobody_can_the_first_makes_it_without(row: Row) -> None:
    made = await row.make(job(ROSE, HAT), FAL, ("together", "black-forest-labs/FLUX.1-schnell"))
    assert outcomes(made) == ["fal LoraUnreachable", "fal ok"]
    assert made.loras == ("hat",)
    assert codes(made) == ["lora-unreachable"]
    assert "Rose" in made.notes[0].text
    prompt = prompt_of(made)
    assert "a woman in a red coat" in prompt
    assert "rosetrig" not in prompt
    assert row.paid() == {"fal": 2}  # the first was refused, and not billed
    assert [entry.billed for entry in row.room.emulator.ledger.jobs("fal")] == [False, True]


@pytest.mark.parametrize("cloud", [RUNWARE, RUNPOD])
async def test_a_cloud_that_cannot_take_one_in_still_makes_the_picture(
    row: Row, cloud: tuple[str, str]
) -> None:
    rose = lora("rose", "a woman in a red coat", flux1=at("unreachable"), z_image=at("unreachable"))
    made = await row.make(job(rose, HAT), cloud)
    assert outcomes(made) == [f"{cloud[0]} LoraUnreachable", f"{cloud[0]} ok"]
    assert (made.loras, codes(made)) == (("hat",), ["lora-unreachable"])
    assert "a woman in a red coat" in prompt_of(made)


async def test_each_lost_lora_is_lost_once(row: Row) -> None:
    lost = [lora(name, f"the {name} look", flux1=at(f"{name}-unreachable")) for name in "ab"]
    made = await row.make(job(*lost, HAT), RUNWARE)
    assert outcomes(made) == ["runware LoraUnreachable"] * 2 + ["runware ok"]
    assert (made.loras, codes(made)) == (("hat",), ["lora-unreachable"] * 2)
    assert row.paid() == {"runware": 1}


async def test_a_refusal_of_the_upload_by_status_is_of_the_file(row: Row) -> None:
    row.room.emulator.faults.add("runware", "status", match="upload", times=None, status=422)
    made = await row.make(job(HAT), RUNWARE)
    assert outcomes(made) == ["runware LoraUnreachable", "runware ok"]
    assert codes(made) == ["lora-unreachable"]


async def test_an_upload_that_does_not_end_does_not_cost_the_picture(row: Row) -> None:
    row.room.emulator.settings.change({"clouds": {"runware": {"upload_step_s": 4000.0}}})
    made = await row.make(job(HAT), RUNWARE, deadline=3.0)
    assert outcomes(made) == ["runware LoraPending", "runware ok"]
    assert codes(made) == ["lora-pending"]
    assert "a tall green hat" in prompt_of(made)
    assert len(row.room.emulator.ledger.requests("runware", "upload")) == 1


async def test_a_cloud_that_must_have_a_lora_is_not_asked_without(row: Row) -> None:
    model = "black-forest-labs/FLUX.1-dev-lora"
    row.room.emulator.faults.add("together", "status", status=422, text="could not load lora")
    with pytest.raises(AllProvidersFailed):
        await row.make(job(HAT), ("together", model))
    assert row.paid() == {"together": 1}


LIMITED = [FAL, FAL_Z, RUNWARE, RUNPOD, ("together", "flux1-dev-lora")]


@pytest.mark.parametrize("cloud", LIMITED, ids="/".join)
async def test_a_limit_is_learnt_and_the_same_model_asked_again(
    row: Row, cloud: tuple[str, str]
) -> None:
    row.room.emulator.faults.add(cloud[0], "too_many_loras", times=None, most=1)
    made = await row.make(job(HAT, RAIN), cloud)
    route = f"{made.provider}/{made.model}"
    assert outcomes(made) == [f"{cloud[0]} TooManyLoras", f"{cloud[0]} ok"]
    assert (made.loras, codes(made)) == (("hat",), ["lora-limit"])
    assert "heavy rain" in prompt_of(made)
    assert [e for e in row.told if isinstance(e, LimitLearnt)] == [LimitLearnt(route, 1)]
    assert row.health.most_loras(route) == 1
    assert [entry.billed for entry in row.room.emulator.ledger.jobs(cloud[0])][-1:] == [True]
    again = await row.make(job(HAT, RAIN), cloud)
    assert (outcomes(again), codes(again)) == ([f"{cloud[0]} ok"], ["lora-limit"])


async def test_a_limit_that_nobody_names_is_found_one_by_one(row: Row) -> None:
    for _ in range(2):
        row.room.emulator.faults.add("fal", "status", status=422, text="Too many LoRAs.")
    made = await row.make(job(HAT, RAIN), FAL)
    assert outcomes(made) == ["fal TooManyLoras"] * 2 + ["fal ok"]
    assert made.loras == ()
    assert row.health.most_loras("fal/flux1-dev") == 0


def test_a_limit_is_kept_over_a_restart_for_a_month() -> None:
    now = [1_000_000.0]
    saved: dict[str, dict[str, object]] = {}
    health = Health(save=lambda key, state: saved.update({key: dict(state)}), clock=lambda: now[0])
    health.learn_limit("fal/flux1-dev", 2)
    again = Health(clock=lambda: now[0])
    again.restore(saved)
    assert again.most_loras("fal/flux1-dev") == 2
    assert again.most_loras("fal/z-image-turbo") is None
    now[0] += LIMIT_S
    assert again.most_loras("fal/flux1-dev") is None


class Hosts:
    """Our bucket: a file is there once it was taken over, if it can be had at all."""

    def __init__(self, *had: str) -> None:
        self.had = had
        self.taken: list[str] = []

    def has(self, url: str) -> bool:
        return url in self.taken

    async def address(self, url: str) -> str:
        return at("from-our-bucket") if self.has(url) else url

    async def take(self, url: str) -> None:
        if url in self.had:
            self.taken.append(url)


LOST = lora("rose", "a red coat", flux1=at("rose-unreachable"), z_image=at("rose-unreachable"))


@pytest.mark.parametrize("cloud", [FAL, FAL_Z, RUNWARE, RUNPOD], ids="/".join)
async def test_a_file_that_we_can_fetch_is_handed_on(row: Row, cloud: tuple[str, str]) -> None:
    hosts = Hosts(at("rose-unreachable"))
    row.room.host_with(hosts)
    made = await row.make(job(LOST), cloud)
    assert outcomes(made) == [f"{cloud[0]} LoraUnreachable", f"{cloud[0]} ok"]
    assert (made.loras, codes(made)) == (("rose",), [])
    again = await row.make(job(LOST), cloud)
    assert outcomes(again) == [f"{cloud[0]} ok"]
    assert hosts.taken == [at("rose-unreachable")]


async def test_a_file_that_nobody_can_fetch_is_dropped_visibly(row: Row) -> None:
    row.room.host_with(Hosts())
    made = await row.make(job(LOST), RUNPOD)
    assert outcomes(made) == ["runpod LoraUnreachable", "runpod ok"]
    assert (made.loras, codes(made)) == ((), ["lora-unreachable"])
    assert "a red coat" in prompt_of(made)


async def test_an_address_of_ours_that_is_no_better_is_tried_once(row: Row) -> None:
    hosts = Hosts(at("rose-unreachable"))
    row.room.host_with(hosts)
    row.room.emulator.faults.add("fal", "status", times=2, status=422, text="could not load lora")
    made = await row.make(job(LOST), FAL)
    assert outcomes(made) == ["fal LoraUnreachable"] * 2 + ["fal ok"]
    assert codes(made) == ["lora-unreachable"]


async def test_two_addresses_of_one_file_share_an_upload(row: Row) -> None:
    for url in (at("one"), at("mirror")):
        file = LoraFile(url, 0.8, sha256="ab" * 32)
        await row.make(job(Lora("rose", "Rose", "character", 1, {FLUX: file})), RUNWARE)
    assert len(row.room.emulator.ledger.requests("runware", "upload")) == 1


async def test_a_lora_that_does_not_fit_does_not_cost_the_picture(row: Row) -> None:
    said = "loras.0: the state dict of this LoRA has unexpected keys"
    row.room.emulator.faults.add("fal", "status", status=422, text=said)
    made = await row.make(job(HAT), FAL)
    assert outcomes(made) == ["fal LoraUnreachable", "fal ok"]
    row.room.emulator.faults.add("fal", "status", status=422, text="flora is a bad word")
    with pytest.raises(AllProvidersFailed, match="Unfit"):
        await row.make(job(HAT), FAL)
