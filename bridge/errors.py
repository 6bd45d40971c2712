"""Everything that can go wrong, named by what happens next.

BridgeError
├─ AttemptError             one attempt at one cloud failed; the router reads the consequences
│  ├─ Refused               content policy: a more permissive cloud, or stop
│  ├─ Unpayable             key or credit: the account rests until somebody acts
│  ├─ Limited               429: the account rests for Retry-After
│  ├─ Unavailable           5xx, network: a short rest that grows
│  ├─ Uncertain             it may have been accepted and billed: look it up, never resubmit blindly
│  ├─ Garbled               an answer that is no answer, or a picture that is no picture
│  ├─ Gone                  the model or endpoint is not there any more: parked until somebody acts
│  ├─ Unfit                 this job cannot be expressed there; says nothing of the cloud's health
│  │  └─ TooManyLoras       nothing was billed: asked again with fewer, and the limit is remembered
│  ├─ LoraMissing           without these LoRAs the cloud could make the picture
│  │  ├─ LoraUnreachable    it cannot get at a LoRA file, or not take it in
│  │  └─ LoraPending        it is still taking in a LoRA: it will be there for a later job
│  ├─ Sealed                the picture came, locked behind a password that is not set here
│  ├─ Busy                  all our places at the cloud are taken; says nothing of its health
│  └─ TimedOut              patience ran out; the job may still end in the gallery
└─ DoorError                the answer to the client
   ├─ BadRequest            the request itself is wrong: says what and where
   │  └─ NotFound           there is no such chat, picture or model
   ├─ Forbidden             content that no setting allows
   ├─ Unauthorized          no or wrong credentials
   ├─ OverBudget            a limit on money or pictures is reached
   ├─ Interrupted           the client asked to stop
   ├─ Unstored              it could not be written down, so nothing paid was begun
   └─ AllProvidersFailed    lists every attempt
"""

import re
from collections.abc import Iterable
from enum import Enum
from typing import ClassVar

_ADDRESS = re.compile(r"(?i)\b(https?://)(?:[^\s/?#@\"'<>]*@)?([^\s?#\"'<>]*)(?:[?#][^\s\"'<>]*)?")
_MOST = re.compile(
    r"(?i)(?:at most|no more than|up to|only|maximum(?: number)?(?: of)?(?: loras?)?(?: is)?|limit"
    r"(?: of| is)?|<=)[\s:(]*(\d{1,3})\b"
)
SHORTEST_SECRET = 4
"""Characters. What is shorter is no secret, and hiding it would blot out the text."""


class Rest(Enum):
    """How long a cloud is left alone after a failure."""

    NONE = "none"
    BRIEF = "brief"
    """A few seconds, doubling with every further failure."""
    ASKED = "asked"
    """What Retry-After says, else as BRIEF."""
    TOLD = "told"
    """Until somebody acts (new key, credit, another model id); probed once an hour."""


class BridgeError(Exception):
    """Base of all; `text` is told to who asked; addresses in it lose user and query (keys)."""

    def __init__(self, text: str) -> None:
        self.text = _ADDRESS.sub(r"\1\2", text)
        super().__init__(self.text)

    @property
    def name(self) -> str:
        """The class's name, used in traces, logs and metrics."""
        return type(self).__name__


class AttemptError(BridgeError):
    """An attempt failed. Class attributes are the router's policy."""

    rest: ClassVar[Rest] = Rest.NONE
    walks_on: ClassVar[bool] = True
    """The router may ask the next cloud."""
    door_status: ClassVar[int] = 502
    """HTTP status at the door when this was the last word."""

    def __init__(
        self, text: str, *, retry_after: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(text)
        self.retry_after = retry_after
        """Seconds the cloud asked us to wait."""
        self.status = status
        """The cloud's HTTP status, where there was one."""
        self.of_job = False
        """The cloud said it of the job itself, in an answer that was understood."""

    def hide(self, secrets: Iterable[str]) -> None:
        """Blot out what a cloud may have repeated of a request: nobody is to read it."""
        for secret in secrets:
            if len(secret) >= SHORTEST_SECRET:
                self.text = self.text.replace(secret, "[hidden]")
        self.args = (self.text,)


class Refused(AttemptError):
    """The cloud's content policy said no. Never walks down the paid chain by itself."""

    walks_on = False
    door_status = 422


class Unpayable(AttemptError):
    """401, 402, 403: the key or the credit is the matter."""

    rest = Rest.TOLD


class Limited(AttemptError):
    """429, or a cloud's own word for it."""

    rest = Rest.ASKED
    door_status = 503


class Unavailable(AttemptError):
    """5xx, connection refused, name not found: nothing was accepted."""

    rest = Rest.BRIEF


class Uncertain(AttemptError):
    """The paid call went out and no clear answer came back: booked as perhaps paid."""

    rest = Rest.BRIEF


class Garbled(AttemptError):
    """HTML for JSON, an empty or cut answer, bytes that are no picture."""

    rest = Rest.BRIEF


class Gone(AttemptError):
    """The cloud no longer knows the model or endpoint."""

    rest = Rest.TOLD


class Unfit(AttemptError):
    """The cloud understood the request and cannot do it (422 and the like)."""

    door_status = 422


class TooManyLoras(Unfit):
    """More LoRAs than the cloud takes, though its card says otherwise."""

    @property
    def most(self) -> int | None:
        """How many it takes, where its words name the number."""
        found = _MOST.search(self.text)
        return int(found[1]) if found else None


class LoraMissing(AttemptError):
    """Something is the matter with LoRAs, not with the cloud."""

    loras: tuple[str, ...] = ()
    """Their ids."""


class LoraUnreachable(LoraMissing):
    """A LoRA could not be fetched or taken in by the cloud."""


class LoraPending(LoraMissing):
    """An upload is under way and goes on at the cloud; no other model there would be sooner."""


class Sealed(AttemptError):
    """The paid picture is there and needs another password; a second cloud would not open it."""

    walks_on = False


class Busy(AttemptError):
    """No place at the account: patience ended in our own line, or the cloud's is full.

    A submit that is answered so was not accepted; the engine sends it again while patience lasts.
    """

    door_status = 503


class TimedOut(AttemptError):
    """No result within the patience for this cloud."""

    rest = Rest.BRIEF
    door_status = 504


class DoorError(BridgeError):
    """An answer to the client."""

    status: ClassVar[int] = 500


class BadRequest(DoorError):
    """What is wrong and where, in a sentence."""

    status = 422


class NotFound(BadRequest):
    """What the address names is not there; never said of a request for a picture to be made."""

    status = 404


class Forbidden(DoorError):
    """Content that is refused whoever asks."""

    status = 422


class Unauthorized(DoorError):
    """Credentials are missing or wrong."""

    status = 401


class OverBudget(DoorError):
    """A budget or quota is used up."""

    status = 429


class Interrupted(DoorError):
    """The client asked to stop before there was a picture."""

    status = 499


class Unstored(DoorError):
    """The store cannot be written or read: without a record nothing paid is begun."""

    status = 503


class AllProvidersFailed(DoorError):
    """No cloud made the picture; `cause` is the attempt that says most about why."""

    status = 502

    def __init__(self, text: str, cause: AttemptError | None = None) -> None:
        super().__init__(text)
        self.cause = cause
