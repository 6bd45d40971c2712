from pathlib import Path

import pytest

from bridge.errors import BadRequest
from bridge.keys import account
from bridge.providers import adapters
from bridge.settings import Settings, environment, read, secrets

CARDS = [kind.card for kind in adapters().values()]


def test_nothing_is_needed() -> None:
    settings = read({}, CARDS)
    assert (settings.host, settings.port) == ("127.0.0.1", 7861)
    assert [known.provider for known in settings.accounts] == ["sketch"]
    assert settings.store_url == "sqlite:///data/bridge.sqlite3"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BRIDGE_PORT", "many"), ("BRIDGE_ORDER", "sideways"), ("BRIDGE_DEADLINE", "soon"),
        ("BRIDGE_RATING", "wild"), ("BRIDGE_PROMPT_MODE", "maybe"), ("BRIDGE_PROVIDERS", "nobody"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadRequest) as raised:
        read({name: value}, CARDS)
    assert name in raised.value.text
    assert value in raised.value.text


def test_the_names_that_people_have() -> None:
    env = {
        "BRIDGE_PORT": "7000", "BODY_SIZE_LIMIT": "1000", "RUNWARE_API_KEY": "rw-key",
        "RUNWARE_ENDPOINT": "http://127.0.0.1:1/v1", "RUNWARE_MODEL": "runware:400@2",
        "RUNPOD_API_KEY": "rp-key", "RUNPOD_ZIMAGE_ENDPOINT": "abc",
        "BRIDGE_PROVIDERS": "runpod, runware",
    }  # fmt: skip
    settings = read(env, CARDS)
    assert (settings.port, settings.body_size_limit) == (7000, 1000)
    runpod, runware = settings.accounts
    assert (runpod.provider, runpod.key, dict(runpod.options)) == (
        "runpod", "rp-key", {"z-image": "abc"},
    )  # fmt: skip
    assert runware.base_url == "http://127.0.0.1:1/v1"
    kinds = adapters()
    assert [m.name for m in kinds["runware"](runware).models()] == ["flux2-klein-9b"]
    assert [m.name for m in kinds["runpod"](runpod).models()] == ["z-image"]


def test_a_model_that_nobody_listed_is_taken_at_its_word() -> None:
    known = account(
        adapters()["runware"].card, {"RUNWARE_API_KEY": "k", "RUNWARE_MODEL": "civitai:1@2"}
    )
    assert known is not None
    (model,) = adapters()["runware"](known).models()
    assert model.id == "civitai:1@2"


def test_env_file_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("BRIDGE_PORT=1\nBRIDGE_HOST=::1\nRUNWARE_API_KEY=\n")
    monkeypatch.setenv("BRIDGE_PORT", "2")
    env = environment(tmp_path)
    assert (env["BRIDGE_PORT"], env["BRIDGE_HOST"]) == ("2", "::1")
    assert "RUNWARE_API_KEY" not in env


def test_secrets_are_known() -> None:
    env = {"RUNWARE_API_KEY": "rw-key", "BRIDGE_AUTH": "me:word", "S3_SECRET_ACCESS_KEY": "s3"}
    assert set(secrets(read(env, CARDS))) == {"rw-key", "me:word", "s3"}


def test_who_can_be_reached() -> None:
    assert not Settings().is_public
    assert Settings(host="0.0.0.0").is_public


def test_pages_and_names_are_lists() -> None:
    env = {"BRIDGE_CORS_ORIGINS": "https://lite.koboldai.net, null,", "BRIDGE_HOSTS": "bridge.lan"}
    settings = read(env, CARDS)
    assert settings.cors_origins == ("https://lite.koboldai.net", "null")
    assert (settings.hosts, Settings().hosts) == (("bridge.lan",), ("host.docker.internal",))


@pytest.mark.parametrize("origin", ["*", "lite.koboldai.net", "https://a.example/page", "https://"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(BadRequest, match="BRIDGE_CORS_ORIGINS"):
        read({"BRIDGE_CORS_ORIGINS": origin}, CARDS)


def test_language_models_are_a_numbered_list() -> None:
    env = {
        "BRIDGE_LLM_BASE_URL": "https://llm.example/v1",
        "BRIDGE_LLM_API_KEY": "k-first",
        "BRIDGE_LLM_3_BASE_URL": "https://api.anthropic.com",
        "BRIDGE_LLM_3_NAME": "careful",
        "BRIDGE_LLM_3_PRICE_OUT": "2.5",
        "BRIDGE_LLM_4_BASE_URL": "https://api.runpod.ai/v2/abc123",
        "BRIDGE_LLM_5_BASE_URL": "https://api.runpod.ai/v2/abc123/openai/v1",
        "BRIDGE_LLM_6_MODEL": "without an address",
        "BRIDGE_VISION_BASE_URL": "http://localhost:11434/v1",
        "BRIDGE_VISION_API_KEY": "k-eyes",
    }
    settings = read(env, [])
    assert [(one.name, one.kind) for one in settings.llms] == [
        ("llm", "openai"), ("careful", "anthropic"), ("llm-4", "runpod"), ("llm-5", "openai"),
    ]  # fmt: skip
    assert (settings.llms[1].price_in, settings.llms[1].price_out) == (0.0, 2.5)
    assert settings.vision is not None
    assert {"k-first", "k-eyes"} <= set(secrets(settings))
    assert read({}, []).vision is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("BRIDGE_LLM_KIND", "odd"), ("BRIDGE_LLM_PRICE_IN", "cheap"), ("BRIDGE_LLM_2_NAME", "llm")],
)
def test_a_wrong_language_model_is_named(name: str, value: str) -> None:
    env = {"BRIDGE_LLM_BASE_URL": "http://a.example", "BRIDGE_LLM_2_BASE_URL": "http://b.example"}
    with pytest.raises(BadRequest, match="'llm'" if "NAME" in name else name):
        read({**env, name: value}, [])


FAL = {"FAL_API_KEY": "k1", "FAL_2_API_KEY": "k2", "FAL_3_KEY": "k3", "FAL_2_BASE_URL": "http://b"}


def names(**env: str) -> list[str]:
    return [known.name for known in read(env, CARDS).accounts]


def test_a_second_account_inherits_nothing_but_the_card() -> None:
    env = {**FAL, "FAL_SAFETY_CHECKER": "off", "BRIDGE_PROVIDERS": "fal"}
    first, second, third = read(env, CARDS).accounts
    assert [a.name for a in (first, second, third)] == ["fal", "fal_2", "fal_3"]
    assert [a.key for a in (first, second, third)] == ["k1", "k2", "k3"]
    assert (first.base_url, second.base_url) == ("https://queue.fal.run", "http://b")
    assert (dict(first.options), dict(second.options)) == ({"checker": "off"}, {})


def test_the_number_stands_after_the_first_word() -> None:
    env = {"RUNPOD_2_API_KEY": "k", "RUNPOD_2_ZIMAGE_ENDPOINT": "e2"}
    (second,) = read({**env, "BRIDGE_PROVIDERS": "runpod"}, CARDS).accounts
    assert (second.name, dict(second.options)) == ("runpod_2", {"z-image": "e2"})


@pytest.mark.parametrize(
    ("providers", "order"),
    [
        ("fal", ["fal", "fal_2", "fal_3"]), ("fal_3,fal", ["fal_3", "fal"]), ("fal_2", ["fal_2"]),
        ("fal,fal_2,runware", ["fal", "fal_2", "runware"]), ("runware,fal_9", ["runware"]),
        ("runware,fal,fal", ["runware", "fal", "fal_2", "fal_3"]),
    ],
)  # fmt: skip
def test_the_order_names_accounts(providers: str, order: list[str]) -> None:
    assert names(**FAL, RUNWARE_API_KEY="r", BRIDGE_PROVIDERS=providers) == order


@pytest.mark.parametrize("name", ["FAL_0_KEY", "FAL_02_KEY", "FAL_X_KEY", "FAL_9999_KEY"])
def test_a_number_that_is_none_is_left_alone(name: str) -> None:
    assert names(**{name: "k"}) == ["sketch"]


def test_half_an_account_is_none() -> None:
    assert names(FAL_2_BASE_URL="http://b", RUNPOD_2_ZIMAGE_ENDPOINT="e") == ["sketch"]


@pytest.mark.parametrize("providers", ["nobody_2", "fal_two", "fal_"])
def test_an_account_of_nobody_is_named(providers: str) -> None:
    with pytest.raises(BadRequest, match=providers):
        read({**FAL, "BRIDGE_PROVIDERS": providers}, CARDS)


def test_keys_of_all_accounts_are_hidden() -> None:
    env = {**FAL, "FAL_KEY": "k0", "BRIDGE_PROVIDERS": "fal_2", "RUNPOD_7_API_KEY": "k7"}
    assert set(secrets(read(env, CARDS))) == {"k0", "k1", "k2", "k3", "k7"}


def test_every_account_tells_where_clouds_may_call_back() -> None:
    env = {"FAL_2_KEY": "k", "BRIDGE_PUBLIC_URL": "https://pictures.example/"}
    fal = next(a for a in read(env, CARDS).accounts if a.provider == "fal")
    hook = adapters()["fal"](fal).hook("ref-1")
    assert hook == "https://pictures.example/bridge/v1/hooks/fal_2/ref-1"


@pytest.mark.parametrize("url", ["pictures.example", "ftp://x", "https://"])
def test_a_public_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(BadRequest, match="BRIDGE_PUBLIC_URL"):
        read({"BRIDGE_PUBLIC_URL": url}, CARDS)
