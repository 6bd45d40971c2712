"""The client of one endpoint: asks for JSON in the best way that it takes, and counts the cost."""

from collections.abc import Callable, Mapping, Sequence

from bridge.errors import Unfit
from bridge.question import Answer, Message, Question
from bridge.transport.client import Transport
from bridge.transport.llm.endpoint import Endpoint, Said, Way, Wire
from bridge.transport.llm.openai_style import OpenAiStyle
from bridge.transport.llm.posted import Anthropic, Runpod

Learnt = Mapping[str, Mapping[str, object]]
"""What endpoints can, by `address model`: `{"way": "object"}`."""
Learn = Callable[[str, Mapping[str, object]], None]


class Llm:
    """One endpoint; what it takes is learnt once per model, and told to `learn`."""

    def __init__(
        self,
        endpoint: Endpoint,
        transport: Transport,
        learnt: Learnt | None = None,
        learn: Learn = lambda key, state: None,
    ) -> None:
        self.endpoint = endpoint
        self._wire = _wire(endpoint, transport)
        self._learnt = dict(learnt or {})
        self._learn = learn

    async def ask(self, question: Question, model: str = "") -> Answer:
        """By schema where the endpoint can, else as an object, else as it comes.

        Limited (with Retry-After), Unpayable, Unavailable, TimedOut, Refused, Gone, Garbled, Unfit.
        """
        model = model or self.endpoint.model
        key = f"{self.endpoint.base_url} {model}"
        known = self._learnt.get(key, {}).get("way")
        ways = self._wire.ways
        begin = ways.index(known) if known in ways else 0
        for way in ways[begin:]:
            messages = question.messages if way == "schema" else _spelled(question)
            try:
                said = await self._wire.say(model, messages, way, question.schema, question.seconds)
            except Unfit:
                if way == ways[-1]:
                    raise
            else:
                self._remember(key, way)
                return self._answer(said, model)
        raise Unfit("the language model takes no way of asking")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    def _remember(self, key: str, way: Way) -> None:
        if self._learnt.get(key, {}).get("way", self._wire.ways[0]) != way:
            self._learnt[key] = {"way": way}
            self._learn(key, {"way": way})

    def _answer(self, said: Said, model: str) -> Answer:
        priced = said.tokens_in * self.endpoint.price_in + said.tokens_out * self.endpoint.price_out
        cost = priced if said.dollars is None else said.dollars * 1e6
        return Answer(
            said.text, self.endpoint.name, model, said.tokens_in, said.tokens_out, round(cost),
            said.is_cut,
        )  # fmt: skip


def _wire(endpoint: Endpoint, transport: Transport) -> Wire:
    match endpoint.kind:
        case "anthropic":
            return Anthropic(endpoint, transport)
        case "runpod":
            return Runpod(endpoint, transport)
    return OpenAiStyle(endpoint)


def _spelled(question: Question) -> Sequence[Message]:
    """The messages with the schema in words at the end of the first."""
    first, *rest = question.messages
    if not question.spelled or not isinstance(first["content"], str):
        return question.messages
    return [{**first, "content": f"{first['content']}\n\n{question.spelled}"}, *rest]
