from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import Job, Lora, LoraFile
from bridge.engine.card import LoraRule, Model, Sizes, Span
from bridge.engine.fit import changed, fit
from bridge.engine.size import nearest_size

MODEL = Model(
    id="m", name="m", family="flux1", sizes=Sizes(256, 2048, 64), loras=LoraRule(most=2),
    negative=True, steps=Span(4, 12, 8), guidance=Span(1, 5, 3.5), seeds=(1, 9),
    image_to_image=True, strength=True, mask=True, references=1,
)  # fmt: skip
JOB = Job(id="j", text="a fox", seed=5)


def lora(name: str, *families: str, category: str = "character") -> Lora:
    files = {family: LoraFile(f"https://example.org/{name}", 0.8) for family in families}
    return Lora(name, name, category, 10, files)  # type: ignore[arg-type]


def codes(job: Job, model: Model = MODEL) -> list[str]:
    return [note.code for note in fit(job, model).notes]


def test_what_can_be_expressed_is_kept_without_a_note() -> None:
    job = replace(JOB, negative="fog", steps=6, guidance=2.0, loras=(lora("rose", "flux1"),))
    cut = fit(job, MODEL)
    assert (cut.notes, cut.loss, cut.dropped) == ((), 0, ())
    assert cut.uses[0].url == "https://example.org/rose"
    assert (cut.job.steps, cut.job.guidance, cut.job.negative) == (6, 2.0, "fog")


def test_a_changed_job_is_a_new_one() -> None:
    job = replace(JOB, negative="fog", loras=(lora("rose", "flux1"),))
    assert changed(job, steps=7, guidance=2.0) == replace(job, steps=7, guidance=2.0)
    assert job.steps is None


def test_what_is_as_the_model_takes_it_is_not_changed() -> None:
    job = replace(JOB, steps=6, guidance=2.0)
    assert fit(job, MODEL).job is job


def test_nothing_asked_means_the_models_usual() -> None:
    cut = fit(JOB, MODEL)
    assert (cut.job.steps, cut.job.guidance) == (8, 3.5)


@pytest.mark.parametrize(
    ("change", "model_change", "code"),
    [
        ({"steps": 30}, {}, "steps"),
        ({"guidance": 7.0}, {}, "guidance"),
        ({"guidance": 7.0}, {"guidance": None}, "guidance"),
        ({"negative": "fog"}, {"negative": False}, "negative"),
        ({}, {"seeds": None}, "seed"),
        ({"width": 1000}, {}, "size"),
        ({}, {"notice": "goes in May"}, "notice"),
        ({"init_image": b"x"}, {"image_to_image": False, "references": 0}, "init-image"),
        ({"init_image": b"x"}, {"image_to_image": False}, "init-as-reference"),
        ({"init_image": b"x", "mask": b"y"}, {"mask": False}, "mask"),
        ({"mask": b"y"}, {}, "mask"),
        ({"references": (b"a", b"b")}, {}, "reference"),
        ({"init_image": b"x", "strength": 0.5}, {"strength": False}, "strength"),
        ({"loras": (lora("rose", "z-image"),)}, {}, "lora-family"),
        ({"loras": (lora("rose", "flux1"),)}, {"loras": None}, "lora-none"),
        ({"loras": tuple(lora(n, "flux1") for n in "abc")}, {}, "lora-limit"),
        (
            {"loras": (lora("rose", "flux1"),)},
            {"loras": LoraRule(1, weights=(1, 1))},
            "lora-weight",
        ),
    ],
)
def test_every_cut_is_a_note(
    change: dict[str, object], model_change: dict[str, object], code: str
) -> None:
    job = replace(JOB, **change)  # type: ignore[arg-type]
    model = replace(MODEL, **model_change)  # type: ignore[arg-type]
    assert codes(job, model) == [code]


@pytest.mark.parametrize("code", ["lora-unreachable", "lora-pending"])
def test_a_lora_that_the_cloud_cannot_have_is_dropped_and_told(code: str) -> None:
    rose, hat = lora("rose", "flux1"), lora("hat", "flux1")
    cut = fit(replace(JOB, loras=(rose, hat), lost_loras={"rose": code}), MODEL)
    assert (cut.loras, cut.dropped) == ((hat,), (rose,))
    assert [note.code for note in cut.notes] == [code]
    assert "rose: it has no words" in cut.notes[0].text
    worded = replace(rose, append_prompt="a red rose")
    cut = fit(replace(JOB, loras=(worded,), lost_loras={"rose": code}), MODEL)
    assert "rose: words stand in" in cut.notes[0].text


def test_what_clients_send_unasked_only_tips_the_balance() -> None:
    without = replace(MODEL, negative=False, seeds=None, guidance=None)
    cut = fit(replace(JOB, negative="fog", guidance=2.0), without)
    assert (cut.loss, 0 < cut.slight < 0.1) == (0, True)
    kept = fit(replace(JOB, negative="fog", guidance=2.0), MODEL)
    assert kept.slight == 0


def test_a_character_weighs_more_than_a_prop() -> None:
    prop = fit(replace(JOB, loras=(lora("hat", "sdxl", category="misc"),)), MODEL)
    person = fit(replace(JOB, loras=(lora("rose", "sdxl"),)), MODEL)
    assert person.loss > prop.loss > 0


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_sizes_are_always_on_offer(width: int, height: int) -> None:
    for side in nearest_size(width, height, MODEL.sizes):
        assert 256 <= side <= 2048
        assert side % 64 == 0


@given(st.integers(300, 4000), st.integers(300, 4000))
def test_the_aspect_is_kept_where_the_limits_let_it(width: int, height: int) -> None:
    got = nearest_size(width, height, Sizes(256, 2048, 8))
    if min(got) > 256 and max(got) <= 2048:
        assert abs(got[0] / got[1] / (width / height) - 1) < 0.06


def test_a_fixed_list_gives_the_nearest_ratio() -> None:
    sizes = Sizes(fixed=((1024, 1024), (1024, 1536), (1536, 1024)))
    assert nearest_size(512, 768, sizes) == (1024, 1536)
    assert nearest_size(1100, 1000, sizes) == (1024, 1024)


AREA = Sizes(480, 3840, 16, area=(655_360, 8_294_400), ratio=3.0)


@given(st.integers(64, 8192), st.integers(64, 8192))
def test_pixels_and_ratio_are_limits_too(width: int, height: int) -> None:
    wide, high = nearest_size(width, height, AREA)
    assert 655_360 <= wide * high <= 8_294_400
    assert max(wide, high) <= 3 * min(wide, high)
    assert (wide % 16, high % 16) == (0, 0)
    if 1 / 3 <= width / height <= 3:
        assert abs(wide / high / (width / height) - 1) < 0.06


def test_what_is_within_all_limits_stays_as_it_is() -> None:
    assert nearest_size(1024, 1536, AREA) == (1024, 1536)
    assert nearest_size(512, 768, AREA) == (672, 992)


def test_a_retired_model_is_stood_in_for_with_a_note() -> None:
    heir = replace(MODEL, formerly=("old-one",))
    assert codes(replace(JOB, route="cloud/old-one"), heir) == ["retired"]
    assert codes(replace(JOB, route="cloud/m"), heir) == []
    assert codes(JOB, replace(heir, instead_of="old-one")) == ["retired"]
