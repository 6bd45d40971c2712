from dataclasses import replace

from bridge.domain import Job, Lora, LoraFile, Rating
from bridge.engine.contract import Account, Adapter, Card, LoraRule, Model
from bridge.errors import Unavailable
from bridge.routing.health import Health
from bridge.routing.order import Route, eligible, ordered, routes

FLUX = Model(id="f", name="flux", family="flux1", loras=LoraRule(9), rating="mature", seeds=(0, 9))
FILL = replace(FLUX, name="fill", needs_mask=True, image_to_image=True, mask=True)
ZED = Model(id="z", name="zed", family="z-image", loras=LoraRule(9), seeds=(0, 9))
JOB = Job("j", "a fox", 1)


def adapter(name: str, *models: Model, dry: bool = False) -> Adapter:
    class Some(Adapter):
        card = Card(name, name, "", "http://x", models, dry_run=dry)

    return Some(Account(name, "http://x"))


def names(found: list[Route]) -> list[str]:
    return [route.name for route in found]


ALL = routes([adapter("one", FLUX, FILL), adapter("two", ZED), adapter("dry", FLUX, dry=True)])


def test_a_dry_run_is_made_by_name_or_alone() -> None:
    assert names(eligible(JOB, ALL)) == ["one/flux", "two/zed"]
    assert names(eligible(replace(JOB, route="dry/flux"), ALL)) == ["dry/flux"]
    assert names(eligible(JOB, routes([adapter("dry", FLUX, dry=True)]))) == ["dry/flux"]


def test_a_route_or_an_account_may_be_chosen() -> None:
    assert names(eligible(replace(JOB, route="two"), ALL)) == ["two/zed"]
    assert names(eligible(replace(JOB, route="one/flux"), ALL)) == ["one/flux"]


def test_what_only_enlarges_is_asked_by_its_name_and_with_a_picture() -> None:
    larger = replace(FLUX, name="2k", upscales=True, image_to_image=True)
    known = routes([adapter("one", larger)])
    job = replace(JOB, route="one/2k", init_image=b"x")
    assert names(eligible(job, known)) == ["one/2k"]
    assert not eligible(replace(job, init_image=None), known)
    assert not eligible(replace(job, route="one"), known)
    assert not eligible(replace(job, route="auto"), known)


def test_a_retired_name_means_the_heir() -> None:
    heirs = routes([adapter("one", replace(FLUX, formerly=("old",))), adapter("two", ZED)])
    assert names(eligible(replace(JOB, route="one/old"), heirs)) == ["one/flux"]
    assert names(eligible(replace(JOB, route="two/old"), heirs)) == []


def test_an_inpainting_model_needs_a_mask() -> None:
    masked = replace(JOB, init_image=b"x", mask=b"y")
    assert "one/fill" in names(eligible(masked, ALL))
    assert "one/fill" not in names(eligible(replace(JOB, init_image=b"x"), ALL))


def test_a_model_that_needs_a_lora_is_asked_with_one() -> None:
    needs = replace(FLUX, name="needs", loras=LoraRule(2, least=1))
    found = routes([adapter("one", needs)])
    rose = Lora("rose", "Rose", "character", 1, {"flux1": LoraFile("https://x/r", 1.0)})
    assert names(eligible(JOB, found)) == []
    assert names(eligible(replace(JOB, loras=(rose,)), found)) == ["one/needs"]


def test_a_rating_above_the_clouds_policy_is_not_sent_there() -> None:
    assert names(eligible(replace(JOB, shows=Rating.MATURE), ALL)) == ["one/flux"]


def test_who_keeps_the_character_goes_first() -> None:
    rose = Lora("rose", "Rose", "character", 1, {"z-image": LoraFile("https://x/r", 1.0)})
    job = replace(JOB, loras=(rose,))
    found = eligible(job, ALL)
    assert names(ordered(job, found, Health(), "ranked"))[0] == "two/zed"
    assert names(ordered(job, found, Health(), "fixed"))[0] == "one/flux"


def test_of_two_that_are_alike_the_one_that_reads_negatives_goes_first() -> None:
    reads = replace(ZED, negative=True)
    found = routes([adapter("deaf", ZED), adapter("reads", reads)])
    job = replace(JOB, negative="fog")
    health = Health()
    for _ in range(3):
        health.good("reads", "reads/zed", 1.0)
    assert names(ordered(JOB, found, health, "ranked"))[0] == "deaf/zed"
    assert names(ordered(job, found, health, "ranked"))[0] == "reads/zed"


def test_all_accounts_of_a_cloud_answer_to_its_name() -> None:
    class Some(Adapter):
        card = Card("one", "one", "", "http://x", (ZED,))

    found = routes([Some(Account("one", "http://x")), Some(Account("one", "http://x", label="2"))])
    assert names(eligible(replace(JOB, route="one"), found)) == ["one/zed", "one_2/zed"]
    assert names(eligible(replace(JOB, route="one_2"), found)) == ["one_2/zed"]


def test_success_outweighs_a_place() -> None:
    health = Health()
    found = eligible(JOB, ALL)
    assert names(ordered(JOB, found, health, "ranked"))[0] == "one/flux"
    for _ in range(4):
        health.bad("one", "one/flux", Unavailable("down"), parks="elsewhere")
    assert names(ordered(JOB, found, health, "ranked"))[0] == "two/zed"
    assert names(ordered(JOB, found, health, "fixed"))[0] == "one/flux"


def test_who_rests_stands_at_the_end() -> None:
    health = Health()
    health.bad("one", "one/flux", Unavailable("down"), parks="one")
    for order in ("ranked", "fixed"):
        found = ordered(JOB, eligible(JOB, ALL), health, order)
        assert names(found) == ["two/zed", "one/flux"]
