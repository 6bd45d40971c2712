from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import Hires, Job
from bridge.engine.card import Model, Sizes, Span
from bridge.engine.fit import Fit, fit

PLAIN = Model("m", "m", "flux1", sizes=Sizes(256, 2048, 16), seeds=(0, 9), steps=Span(1, 12),
              guidance=Span(1, 5))  # fmt: skip
TWICE = replace(PLAIN, hires="second-pass")
LARGER = replace(PLAIN, hires="upscale")
JOB = Job("j", "a fox", 1, width=512, height=768, hires=Hires(1024, 1536, 0.4, 3.0, 8))


def cut(model: Model, hires: Hires | None = JOB.hires, job: Job = JOB) -> Fit:
    return fit(replace(job, hires=hires), model)


def outcome(found: Fit) -> tuple[int, int, Hires | None, list[str]]:
    job = found.job
    return job.width, job.height, job.hires, [note.code for note in found.notes]


def test_a_second_pass_gets_all_of_it() -> None:
    assert outcome(cut(TWICE)) == (512, 768, JOB.hires, [])


def test_a_plain_upscale_gets_the_size_and_says_what_is_not_used() -> None:
    assert outcome(cut(LARGER)) == (512, 768, Hires(1024, 1536), ["hires"])
    assert outcome(cut(LARGER, Hires(1024, 1536)))[3] == []


def test_a_model_without_either_makes_a_target_that_it_composes_well_at_once() -> None:
    found = cut(PLAIN)
    assert outcome(found) == (1024, 1536, None, ["hires-at-once"])
    assert found.loss == 0


@pytest.mark.parametrize(
    ("model", "hires"),
    [
        (PLAIN, Hires(1536, 2304)),
        (PLAIN, Hires(2048, 2048)),
        (replace(PLAIN, sizes=Sizes(256, 1024, 16)), Hires(1024, 1536)),
        (replace(PLAIN, sizes=Sizes(fixed=((512, 768),))), Hires(1024, 1536)),
    ],
)
def test_beyond_that_it_makes_the_first_size_and_the_bridge_enlarges(
    model: Model, hires: Hires
) -> None:
    found = cut(model, hires)
    assert outcome(found) == (512, 768, None, ["hires"])
    assert found.loss > 0


def test_a_second_pass_keeps_within_the_model() -> None:
    found = cut(TWICE, Hires(2048, 3072, 0.4, 9.0, 30))
    assert outcome(found)[2:] == (
        Hires(1365, 2048, 0.4, 5.0, 12),
        ["hires", "steps", "guidance"],
    )


@given(st.integers(64, 4096), st.integers(64, 4096))
def test_whatever_the_target_is_the_size_is_on_offer(width: int, height: int) -> None:
    for model in (PLAIN, TWICE, LARGER):
        job = cut(model, Hires(width, height)).job
        assert job.width % 16 == job.height % 16 == 0
        assert job.hires is None or model.hires == "upscale" or max(
            job.hires.width, job.hires.height
        ) <= 2048  # fmt: skip


@pytest.mark.parametrize("model", [PLAIN, TWICE, LARGER])
def test_an_upscaler_that_is_named_goes_before_what_the_model_has(model: Model) -> None:
    asked = Hires(1024, 1536, 0.4, upscaler="fal/larger")
    found = cut(model, asked)
    assert (found.job.width, found.job.height, found.job.hires) == (512, 768, None)
    assert [note.code for note in found.notes if note.code.startswith("hires")] == ["hires"]
    assert "fal/larger" in found.notes[-1].text
    untuned = cut(model, replace(asked, strength=None))
    assert not [note for note in untuned.notes if note.code.startswith("hires")]
