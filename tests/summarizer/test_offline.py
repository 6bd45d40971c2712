"""Texts of our own, so that the rules are not only tuned to the golden scenes."""

import subprocess
import sys

import pytest

from bridge.scene import Scene
from bridge.summarizer.clauses import participle
from bridge.summarizer.clean import cleaned
from bridge.summarizer.dialects import DIALECTS, render
from bridge.summarizer.offline import write_offline
from bridge.summarizer.people import Known
from bridge.summarizer.tidy import tidy
from tests.summarizer.golden_scenes import headcount


def written(text: str, *people: Known) -> Scene:
    tidied = tidy(text)
    return cleaned(write_offline(tidied, people), tidied, people)


def seen(scene: Scene) -> str:
    return " ".join(render(family, scene, {}).positive for family in DIALECTS)


CORRIDOR = """The corridor of the Meridian hums. Talia Venn kneels by an open panel, sparks lighting
her visor, a coil of copper wire over one arm. Behind her two technicians in orange suits hold
flashlights. "Hurry," one of them whispers, "they're on deck nine." She does not answer. Red
emergency lamps pulse along the ceiling."""


def test_unknown_names_and_roles_are_people_without_a_name_in_the_prompt() -> None:
    scene = written(CORRIDOR)
    assert headcount(scene) == 3
    assert scene.subjects[0].name == "Talia Venn"
    prompt = seen(scene)
    for name in ("Talia", "Venn"):
        assert name not in prompt
    for wanted in ("open panel", "copper wire", "orange suits", "orridor of"):
        assert wanted in prompt
    for gone in ("Hurry", "deck nine", "answer", "whispers"):
        assert gone not in prompt


def test_only_the_last_moment_counts() -> None:
    scene = written(
        "The market was loud and full of oranges.\n\n---\n\nTwo hours later. Ines lies on the roof "
        "of the mill under the stars, one arm behind her head, a lantern beside her."
    )
    assert "oranges" not in seen(scene)
    assert scene.time == "night"
    assert "mill" in scene.place.text


def test_the_viewer_is_the_camera_and_what_they_see_is_kept() -> None:
    scene = written(
        "I turn the corner and see Dorian leaning on a lamppost in the fog. A tram rattles past."
    )
    assert scene.pov == "first"
    assert [one.name for one in scene.subjects] == ["Dorian"]
    assert "leaning on a lamppost" in seen(scene)
    assert "corner" not in seen(scene)


def test_pronouns_lead_back_to_their_owner() -> None:
    mara = Known("Mara", "tall woman with grey braids", ("Mara",))
    scene = written("Mara sits on the wall. Her red coat is wet. He nods. She laughs.", mara)
    subject = scene.subjects[0]
    assert subject.name == "Mara"
    assert subject.look == mara.look_text
    assert "red coat" in subject.outfit
    assert "laughing" in subject.expression


def test_another_person_is_called_by_what_they_are() -> None:
    mara, zoe = Known("Mara", "tall woman"), Known("Zoe", "small woman")
    scene = written("Mara ties a scarf round Zoe and steps back.", mara, zoe)
    assert "the other woman" in scene.subjects[0].action


def test_things_of_somebody_absent_are_things() -> None:
    scene = written("Mara's green scarf lies on the chair by the window.", Known("Mara", "woman"))
    assert scene.subjects == ()
    assert scene.props == ("the green scarf lies on the chair by the window",)


def test_lettering_is_kept_as_written_words() -> None:
    scene = written('Over the door a board reads "OPEN ALL NIGHT". Tom sweeps the step.')
    assert scene.written_words == "OPEN ALL NIGHT"
    assert 'ettering that reads "OPEN ALL NIGHT"' in seen(scene)


def test_animals_are_subjects_of_their_own() -> None:
    scene = written("A grey cat sleeps on the windowsill. Two crows watch it from the fence.")
    assert [(one.kind, one.look) for one in scene.subjects] == [
        ("animal", "a grey cat"),
        ("animal", "two crows"),
    ]


def test_a_dialogue_gives_its_things_and_never_its_lines() -> None:
    scene = written('"Mind the brass lamp," said nobody. "The kitchen is full of red apples."')
    prompt = seen(scene)
    assert "brass lamp" in prompt.casefold()
    assert "kitchen" in scene.place.text
    assert "Mind the" not in prompt and "full of" not in prompt


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "Der alte Fischer sitzt auf dem Steg und flickt ein Netz. Er ist müde.",
            "flickt ein Netz",
        ),
        ("El pescador está en el muelle y la red es de color azul con plata.", "color azul"),
        ("어부가 부두에 앉아 그물을 손질한다.", "그물을"),
        ("渔夫坐在码头上修补渔网。", "修补渔网"),
    ],
)
def test_other_languages_pass_in_their_own_words(text: str, kept: str) -> None:
    assert kept in seen(written(text))


@pytest.mark.parametrize("text", ["", "...", "***", '"', "((OOC: hi))", "a" * 5000, "*" * 5000])
def test_nothing_breaks_and_there_is_always_a_prompt(text: str) -> None:
    assert seen(written(text)).strip()


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("stands at the lens", "standing at the lens"),
        ("sits on the wall", "sitting on the wall"),
        ("carries the lamp", "carrying the lamp"),
        ("watches the sea", "watching the sea"),
        ("held her hat", "holding her hat"),
        ("polished the brass", "polishing the brass"),
        ("has taken the chair", "taken the chair"),
        ("is asleep", "asleep"),
        ("upright in the middle", "upright in the middle"),
    ],
)
def test_finite_verbs_become_participles(phrase: str, expected: str) -> None:
    assert participle(phrase, certain=True) == expected


def test_plural_nouns_do_not() -> None:
    for phrase in ("boots on the table", "gloves in her lap", "petals, brown now"):
        assert participle(phrase) == phrase


def test_a_speaker_known_by_a_part_of_the_name_is_seen() -> None:
    brisk = Known("Captain Halvard Brisk", "red-bearded man", ("Captain Brisk",))
    scene = written("Captain: *He leans on the rail and looks out at the sea.*", brisk)
    assert [one.name for one in scene.subjects] == [brisk.name]
    assert "leaning on the rail" in scene.subjects[0].pose


def test_the_offline_writer_imports_nothing_heavy() -> None:
    code = "import sys, bridge.summarizer.offline; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout.split()
    heavy = {"asyncio", "pydantic", "numpy", "msgspec", "orjson", "importlib.metadata", "httpx"}
    assert "bridge.summarizer.offline" in loaded
    assert not heavy & set(loaded)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("An old man with one eye polishes a mug.", "An old man with one eye, polishing"),
        (
            "A woman who carries a lantern climbs the stairs.",
            "A woman carrying a lantern, climbing",
        ),
        ("A man who wears a red hat polishes the bar.", "A man wearing a red hat, polishing"),
        (
            "A sailor drops his shoulder and swings, spits blood.",
            "dropping his shoulder and swinging",
        ),
        ("Two surgeons bend over the table, gowns stiff.", "Two surgeons bending over the table"),
        ("A nurse waits, her white apron is torn at the hem.", "her white apron torn at the hem"),
        ("A clerk goes back to the mill.", "A clerk going back to the mill"),
        ("Alex and Robin lean on the rail, sharing a cone of chips.", "The two people leaning on"),
    ],
)
def test_prose_reads_like_a_prompt_writers(text: str, told: str) -> None:
    prompt = render("flux1", written(text), {}, story="a text of other words").positive
    assert told in prompt


def test_two_who_act_together_are_told_of_once() -> None:
    scene = written("Alex and Robin lean on the rail, sharing a cone of chips. A gull waits.")
    assert scene.interaction == "the two people leaning on the rail, sharing a cone of chips"
    assert headcount(scene) == 2
    prompt = render("flux1", scene, {}, story="other words").positive
    assert "A person" not in prompt
    assert "together with" not in prompt


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ('*Odile opens the door.* "Hurry, they’re coming, run!"', "tense"),
        ('*Odile opens the door.* "I missed you, sweetheart."', "tender"),
        ('*Odile opens the door.* "He died in the spring."', "sombre"),
        ('*Odile opens the door.* "Three tickets at last!"', "lively"),
        ('*Odile opens the door.* "The keys are on the hook."', ""),
        ('*Odile opens the door with a grin.* "He died in the spring."', "playful"),
        ('"Hush, sleep well," says Odile.', "calm"),
    ],
)
def test_what_is_spoken_is_a_hint_of_mood_and_no_more(text: str, mood: str) -> None:
    scene = written(text)
    assert scene.mood == mood
    prompt = render("flux1", scene, {}).positive.casefold()
    for word in ("hurry", "sweetheart", "spring", "ticket", "keys are", "hush"):
        assert word not in prompt


def test_a_pronoun_of_somebody_else_is_not_of_the_one_before() -> None:
    scene = written("An old man lifts the mug and drinks. He sits, and she wipes the counter.")
    assert all("counter" not in f"{one.action} {one.pose}" for one in scene.subjects)
