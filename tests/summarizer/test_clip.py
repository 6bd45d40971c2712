import pytest

from bridge.summarizer.clip import clip_tokens


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 2),
        ("a fox", 4),
        ("A  FOX", 4),
        ("it's 35mm, f/1.8 & don't", 16),
        ("naïve café — Zürich", 10),
        ("さくら 白い猫", 15),
        ("x²  __a_b__ <lora:x:0.8>", 19),
        ("cyan-magenta (red:1.2)", 13),
        ("aaaa aa aaab mississippi", 7),
        ("🦊 fox!!", 6),
        ("e\u0301tude हिन्दी", 11),
    ],
)
def test_tokens_are_counted_as_openais_own_tokenizer_does(text: str, count: int) -> None:
    """The numbers are those of `SimpleTokenizer` in github.com/openai/CLIP, and the two marks."""
    assert clip_tokens(text) == count
