"""What Runware does for each task type.

Sources: runware.ai/docs, the SDKs. A taskUUID that was accepted before is refused with
`conflictTaskUUID` (SDK), and `getResponse` gives the first one's result, also of a sync task.
`getResponse` for an id that was never accepted gives nothing (seen in a client's tests).
accountManagement gives more than is told here (team, keys, usage).
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable

from aiohttp import web

from emulator.cloud import Cloud, fault, most_loras, origin, queue_s
from emulator.clouds.runware.images import items, recipe_of
from emulator.clouds.runware.library import Item, Library, Say
from emulator.clouds.runware.rules import Model, Wrong, check_task_id, checked, price
from emulator.jobs import Job, WorkFailed
from emulator.pictures import Recipe

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries of a webhook (a client's sources)."""
Does = Callable[[web.Request, str, Item, Say], Awaitable[list[Item]]]


async def unheard(item: Item) -> None:
    """Over HTTP nobody hears of what happens after the answer."""


class Tasks:
    """The tasks of all accounts; an account is known by its key's fingerprint.

    Each method gives the items of the answer or raises Wrong.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.world = cloud.world
        self.libraries: defaultdict[str, Library] = defaultdict(Library)
        self.kinds: dict[str, Does] = {
            "imageInference": self.inference,
            "getResponse": self.response,
            "modelUpload": self.upload,
            "modelSearch": self.search,
            "imageUpload": self.image,
            "accountManagement": self.details,
        }

    async def told(
        self, request: web.Request, account: str, task: Item, say: Say = unheard
    ) -> tuple[list[Item], Wrong | None]:
        """The items or the error of one task."""
        try:
            if not account:
                raise Wrong("missingApiKey", "Authenticate first.", status=401)
            does = self.kinds.get(str(task.get("taskType")))
            if does is None:
                raise Wrong("unsupportedTaskType", "Unknown 'taskType'.", "taskType")
            check_task_id(task)
            return await does(request, account, task, say), None
        except Wrong as wrong:
            wrong.element = {**named(task), **wrong.element}
            return [], wrong

    async def inference(
        self, request: web.Request, account: str, task: Item, say: Say
    ) -> list[Item]:
        """Check, bill, start; wait for the pictures unless asked to deliver later."""
        model, flat = checked(task, most_loras(request, self.cloud.setting("max_loras")))
        library = self.libraries[account]
        for lora in flat.get("lora", []):
            library.check_lora(lora["model"], model)
        recipe = recipe_of(flat, library)
        self.check_new(task)
        cost = price(model, flat) * flat.get("numberResults", 1)
        if self.balance(account) < cost:
            raise Wrong("insufficientCredits", "Insufficient credits.", status=402)
        moderated = fault(request, "moderation")
        if moderated and not moderated.args.get("flag"):
            raise Wrong("contentPolicyViolation", "The prompt was refused by the content policy.")
        job = self.start(request, account, flat, model, recipe)
        job.entry.billed, job.entry.cost = not fault(request, "failed"), cost
        if flat.get("deliveryMethod") == "async":
            return [named(task)]
        await job.over.wait()
        return outcome(job)

    def start(
        self, request: web.Request, account: str, flat: Item, model: Model, recipe: Recipe
    ) -> Job:
        """Enter the job and let it run."""
        here = origin(request)
        flagged = bool(fault(request, "moderation"))
        broken, nothing = fault(request, "failed"), fault(request, "empty")

        async def work() -> list[Item]:
            if broken:
                raise WorkFailed(Wrong("inferenceError", "Inference failed.", status=500))
            if nothing:
                return []
            return await items(self.world, recipe, flat, model, origin=here, flagged=flagged)

        job = self.world.jobs.start(
            self.cloud.accept(flat["taskUUID"], recipe.model, account, flat),
            work,
            queue_s=queue_s(request, 0.0),
            run_s=self.cloud.setting("run_s"),
            lane=f"runware/{account}",
            width=self.cloud.setting("at_once"),
        )
        self.world.tell(job, flat.get("webhookURL"), lambda: ended(job), PAUSES)
        return job

    async def response(
        self, request: web.Request, account: str, task: Item, say: Say
    ) -> list[Item]:
        """What has become of a task; a finished one may be asked for again."""
        job = self.world.jobs.get("runware", task["taskUUID"])
        if job is None or job.entry.key != account:
            return []
        first = named(job.entry.request)
        silent = first["taskType"] == "modelUpload" and not self.cloud.setting("upload_poll_tells")
        if silent or not job.over.is_set():
            return [{**first, "status": "processing", "progress": 50 if job.started_at else 0}]
        return [{"status": "success", **item} for item in outcome(job)]

    async def upload(self, request: web.Request, account: str, task: Item, say: Say) -> list[Item]:
        """Answer `validated`; the rest happens by itself and is said to who listens."""
        self.check_new(task)
        library = self.libraries[account]
        upload = library.register(task)
        if upload.status != "validated":
            return [upload.message(task)]
        step_s = self.cloud.setting("upload_step_s")

        async def work() -> list[Item]:
            return [await library.take_in(upload, task, say, self.world.sleep, step_s)]

        self.world.jobs.start(
            self.cloud.accept(task["taskUUID"], task["air"], account, task),
            work,
            queue_s=0.0,
            run_s=0.0,
            lane=f"runware/uploads/{account}",
            width=2,
        )
        return [upload.message(task)]

    async def search(self, request: web.Request, account: str, task: Item, say: Say) -> list[Item]:
        """Own and public models."""
        return [self.libraries[account].search(task)]

    async def image(self, request: web.Request, account: str, task: Item, say: Say) -> list[Item]:
        """Keep an image for later tasks."""
        if "image" not in task:
            raise Wrong("missingImage", "'image' is required.", "image")
        image_id = self.libraries[account].store_image(task["image"])
        raw = self.libraries[account].images[image_id]
        url = self.world.keep("runware", raw, "png", origin(request))
        return [{**named(task), "imageUUID": image_id, "imageURL": url}]

    async def details(self, request: web.Request, account: str, task: Item, say: Say) -> list[Item]:
        """The balance in dollars, and the source name for this account's AIRs."""
        balance = self.balance(account) / 1_000_000
        source = {"AIRSource": self.cloud.setting("air_source")}
        return [{**named(task), "organizationName": "Emulated", "balance": balance, **source}]

    def balance(self, account: str) -> int:
        """Micro-dollars left to this key."""
        own = (entry for entry in self.world.ledger.billed("runware") if entry.key == account)
        left: int = self.cloud.setting("balance") - sum(entry.cost for entry in own)
        return left

    def check_new(self, task: Item) -> None:
        """A taskUUID is good for one job, whoever sends it."""
        if self.world.jobs.get("runware", task["taskUUID"]):
            raise Wrong("conflictTaskUUID", "This 'taskUUID' was used before.", "taskUUID")


def named(task: Item) -> Item:
    """The two fields that every item repeats."""
    return {name: task[name] for name in ("taskType", "taskUUID") if name in task}


def ended(job: Job) -> list[Item]:
    """What a webhook is sent, one after another: each result, or what the task failed with."""
    try:
        return outcome(job)
    except Wrong as wrong:
        return [{**named(job.entry.request), **wrong.element}]


def outcome(job: Job) -> list[Item]:
    """The items of a job that is over; raises its Wrong."""
    if isinstance(job.told, Wrong):
        job.told.element.setdefault("status", "error")
        raise job.told
    return list(job.result or [])
