"""RunningHub: published graphs (API v2) and one's own (v1), each a file; failures come as 200."""

from collections.abc import Generator, Mapping
from typing import Any

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.pictures.sniff import mime
from bridge.providers.workflows.nodes import Graph, graphs
from bridge.providers.workflows.told import Told, code, dollars, files, pictures, said, usage
from bridge.transport.reply import Reply

GRAPHS = graphs("runninghub")
UPLOAD = "openapi/v2/media/upload/binary"
ACCOUNT = ("remainCoins", "remainMoney", "currency", "currentTaskCounts", "apiType")
FACTS = ("consumeCoins", "consumeMoney", "thirdPartyConsumeMoney", "taskCostTime")


class Runninghub(c.Adapter):
    """One task at a time per key; while the site itself is running one, ours waits in line."""

    card = c.Card(
        name="runninghub", title="RunningHub", base_url="https://www.runninghub.ai",
        docs="https://www.runninghub.ai/runninghub-api-doc-en",
        models=tuple(graph.model for graph in GRAPHS.values()),
        settings=(
            c.Setting("RUNNINGHUB_API_KEY", "key of the account", "key", True, True),
            c.Setting("RUNNINGHUB_BASE_URL", "address; keys of .cn want that site's", "base_url"),
            c.Setting("RUNNINGHUB_INSTANCE_TYPE", "default, plus or ultra", "instance"),
            c.Setting("RUNNINGHUB_CARRIER_PASSWORD", "opens carriers", "carrier_password",
                      secret=True),
            *(c.Setting(f"RUNNINGHUB_{g.model.name.upper().replace('-', '_')}_ID",
                        f"another id for {g.model.name}", g.model.name) for g in GRAPHS.values()),
        ),
        recovery="ticket", at_once=1, cancel_stops_bill=True,
        words=(
            c.Word(r"^(415|421|814|1520)\b|(QUEUE|INSTANCE)_MAXED", e.Busy),
            c.Word(r"^1003\b", e.Limited),
            c.Word(r"^(401|412|414|416|435|436|80[126]|811|812|1002|1014|1601)\b", e.Unpayable),
            c.Word(r"^(380|423|807|810|901|1001|1004)\b", e.Gone),
            c.Word(r"^(301|433|803|809|1007|1008|1009|1101)\b", e.Unfit),
            c.Word(r"lora.*(download|404|403|not found)", e.LoraUnreachable),
            c.Word(r"^(1501|1505)\b|moderat|nsfw|sensitive content", e.Refused),
            c.Word(r"^(808|1006|1010|1011|1013|1015|1504)\b", e.Unavailable),
        ),
        verified="emulator only; ids and nodes are those of a system in use",
    )  # fmt: skip

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """After the upload of an init image. Busy means that no task was made."""
        graph, own, picture = GRAPHS[job.model], self.account.options, ""
        if job.init_image:
            picture = yield from self._uploaded(job.init_image, graph)
        known = own.get(graph.model.name, job.model)
        asked = {
            "nodeInfoList": graph.filled(job, picture), "webhookUrl": self.hook(ref),
            "instanceType": own.get("instance", "default"),
        }  # fmt: skip
        url, look = f"openapi/v2/run/ai-app/{known}", "openapi/v2/query"
        if graph.kind == "workflow":
            asked["workflowId"] = known
            url, look = "task/openapi/create", "task/openapi/outputs"
        told = yield from self._ask(url, asked, paid=True)
        if not told.get("taskId"):  # a failure that nobody knows may hide a task that was made
            raise named(self.card, said(told), otherwise=e.Uncertain)
        return c.Ticket({"task": str(told["taskId"]), "look": look, "returns": graph.returns})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """v1 tells by codes and a list how a task stands, v2 by words."""
        told = yield from self._ask(ticket.fields["look"], {"taskId": ticket.fields["task"]})
        status, made, failure = told.get("status"), files(told), named(self.card, said(told))
        if status == "SUCCESS" or (made is not None and code(told) in ("0", "200")):
            return self._finished(told, made or [], ticket.fields["returns"])
        if status in ("FAILED", "CANCEL") or code(told) == "805" or isinstance(failure, e.Gone):
            raise failure
        if isinstance(failure, e.Unpayable):  # said of the key, not of the task
            raise e.Uncertain(f"{failure.text}, perhaps paid")
        return c.Waiting(retry_after=3.0)

    def cancel(self, ref: str, ticket: c.Ticket | None) -> Generator[c.Call, Reply, None]:
        """v1's call stops tasks of both generations; the time they ran is paid."""
        if ticket:
            yield from self._ask("task/openapi/cancel", {"taskId": ticket.fields["task"]})

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """What is left, and how many tasks are under way; here alone the key's name is small."""
        told = yield from self._ask("uc/openapi/accountStatus", {"apikey": self.account.key})
        if "currentTaskCounts" not in told:
            raise named(self.card, said(told))
        return {name: str(told[name]) for name in ACCOUNT if told.get(name) is not None}

    def _uploaded(self, raw: bytes, graph: Graph) -> Generator[c.Call, Reply, str]:
        part = c.Part("file", raw, f"picture.{mime(raw).rpartition('/')[2]}")
        told = _beside((yield c.Call("POST", UPLOAD, form=(part,))))
        if place := told.get("download_url" if graph.pictures == "url" else "fileName"):
            return str(place)
        raise named(self.card, said(told))

    def _ask(
        self, url: str, asked: Mapping[str, Any], *, paid: bool = False
    ) -> Generator[c.Call, Reply, Told]:
        """The answer to a JSON call; v1 wants the key inside."""
        key = {"apiKey": self.account.key} if url.startswith("task/") else {}
        sent = {**key, **{name: value for name, value in asked.items() if value}}
        return _beside((yield c.Call("POST", url, json=sent, paid=paid)))

    def _finished(self, told: Told, made: list[Told], returns: str) -> c.Finished:
        took = usage(told, made)
        facts = {name: str(took[name]) for name in FACTS if took.get(name)}
        in_yuan = self.account.base_url.rstrip("/").endswith(".cn")
        spent = None if in_yuan else dollars(took)
        return c.Finished(tuple(map(c.Remote, pictures(made, returns))), cost=spent, facts=facts)


def _beside(reply: Reply) -> Told:
    """The answer's fields, those of its `data` beside the others."""
    told, data = reply.mapping(), reply.mapping().get("data")
    return {**told, **data} if isinstance(data, dict) else told
