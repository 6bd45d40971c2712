"""ComfyUI: a graph of nodes into its queue under an id of ours, the picture out of its history."""

from collections.abc import Generator, Mapping

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.engine.own_server import OwnServer, on_disk, pairs, reached
from bridge.providers.workflows import comfy, graph
from bridge.transport.reply import Reply

SHIPPED = graph.graphs("comfyui")
SETTINGS = {f"COMFYUI_{name.upper().replace('-', '_')}": name for name in SHIPPED}
REFUSED = frozenset({400})


class ComfyUi(OwnServer):
    """Servers before August 2025 mint the id themselves: then the client id finds a lost job."""

    card = c.Card(
        name="comfyui", title="ComfyUI",
        docs="https://docs.comfy.org/development/comfyui-server/comms_routes",
        base_url="", models=tuple(each.model for each in SHIPPED.values()),
        settings=(
            *reached("COMFYUI", "COMFYUI_BASE_URL", "COMFYUI_API_KEY"),
            *(c.Setting(env, f"file of {name} there", name) for env, name in SETTINGS.items()),
            c.Setting("COMFYUI_WORKFLOWS", "folder of workflows of your own", "workflows"),
            c.Setting("COMFYUI_FILES", "other files there: ae.safetensors=flux.sft", "files"),
        ),
        recovery="ref", at_once=2, cancel_stops_bill=True,
        words=(
            c.Word(r"nsfw|safety checker|content policy", e.Refused),
            c.Word(r"lora_name|LoraLoader\w*: \w*Error", e.LoraUnreachable),
            c.Word(r"_name\d?: .*not in|missing_node_type|invalid_prompt|does not exist", e.Gone),
        ),
        verified="server source read; graphs at the emulator only",
    )  # fmt: skip

    def __init__(self, account: c.Account) -> None:
        super().__init__(account)
        self._stopped: set[str] = set()  # what we took out of its queue leaves no trace there
        self._files = pairs(account.options.get("files", ""))
        own = account.options.get("workflows")
        self.graphs = {**SHIPPED, **(graph.own_graphs(own) if own else {})}

    def models(self) -> tuple[c.Model, ...]:
        """Those whose file is named, and all of the operator's own."""
        known = (each.model for each in self.graphs.values())
        return tuple(m for m in known if not m.option or m.option in self.account.options)

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """Upload the pictures, then POST the graph; a 400 says what is wrong with which node."""
        flow = self.graphs[job.model]
        values = {name: getattr(job, name, None) for name in graph.PLACES}
        values["file"] = self.account.options.get(flow.model.option)
        images = dict[bytes | None, str]()
        for raw in dict.fromkeys(filter(None, (job.init_image, job.mask, *job.references))):
            images[raw] = yield from comfy.upload(raw)
        values |= {"init_image": images.get(job.init_image), "mask": images.get(job.mask)}
        shown = [{"name": images[raw]} for raw in job.references]
        loras = [{"name": use.handle, "weight": use.weight} for use in job.loras]
        nodes = flow.filled(values, loras, shown, self._files)
        body = {"prompt": nodes, "prompt_id": ref, "client_id": ref}
        told = (yield c.Call("POST", "prompt", json=body, paid=True, reads=REFUSED)).mapping()
        if "prompt_id" not in told:
            otherwise = e.Unfit if "error" in told else e.Garbled
            raise named(self.card, comfy.complaint(told), otherwise=otherwise)
        return c.Ticket({"prompt": str(told["prompt_id"]), "client": ref})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """In the queue, else in the history: asked in this order, no end falls in between."""
        job = ticket.fields["prompt"]
        if job in comfy.queued((yield c.Call("GET", "queue")).mapping()):
            return c.Waiting()
        history = (yield c.Call("GET", f"history/{job}")).mapping()
        if job in history:
            if failed := comfy.failure(history, job):
                raise named(self.card, failed)
            found = (c.Remote(url, keyed=True) for url in comfy.pictures(history, job))
            return c.Finished(tuple(found), cost=0)
        raise (e.Unavailable if job in self._stopped else e.Gone)("ComfyUI: no such job any more")

    def watch(self, ticket: c.Ticket) -> c.Watch:
        """The steps of its sampler, and that it is over."""
        job, client = ticket.fields["prompt"], ticket.fields["client"]

        def read(told: Mapping[str, object]) -> c.Waiting | None:
            at = comfy.progress(told, job)
            return None if at is None else c.Waiting(at, retry_after=0 if at == 1 else None)

        return c.Watch(f"ws?clientId={client}", read)

    def find(self, ref: str) -> Generator[c.Call, Reply, c.Ticket | None]:
        """By our id; at a server that minted its own, by our client id."""
        known = {ref: ref} if (yield c.Call("GET", f"history/{ref}")).mapping() else {}
        known |= comfy.queued((yield c.Call("GET", "queue")).mapping())
        if ref not in known and ref not in known.values():
            known = comfy.latest((yield c.Call("GET", "history?max_items=64")).mapping())
        jobs = (job for job, client in known.items() if ref in (job, client))
        return next((c.Ticket({"prompt": job, "client": ref}) for job in jobs), None)

    def cancel(self, ref: str, ticket: c.Ticket | None) -> Generator[c.Call, Reply, None]:
        """Out of the queue; interrupted only while it runs, for old servers interrupt whatever."""
        job = ticket.fields["prompt"] if ticket else ref
        if comfy.running((yield c.Call("GET", "queue")).mapping(), job):
            yield c.Call("POST", "interrupt", json={"prompt_id": job})
        else:
            self._stopped.add(job)
            yield c.Call("POST", "queue", json={"delete": [job]})

    def adopt(self, asset: c.Asset) -> Generator[c.Call, Reply, c.Handle]:
        """The LoRA's name on the server, out of what its loader lets one choose."""
        info = (yield c.Call("GET", "object_info/LoraLoader")).mapping()
        return on_disk(asset, comfy.choices(info, "LoraLoader", "lora_name"), "ComfyUI")

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """GET system_stats: version and graphics card."""
        return comfy.machine((yield c.Call("GET", "system_stats")).mapping())
