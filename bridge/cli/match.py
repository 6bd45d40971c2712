"""`a1111-bridge lora match`: which LoRAs each text calls for, before any cap."""

import argparse

from bridge.cli.lines import tell, texts
from bridge.cli.wiring import configured, named_dict
from bridge.lora.catalog import load
from bridge.lora.match import Matcher
from bridge.lora.pick import one_of_each_group
from bridge.lora.tags import tags
from bridge.visible import visible


def run(options: argparse.Namespace) -> int:
    """A line out for each line in: the permanent ones and the ones called for, by rank."""
    catalog = load(named_dict(options) or configured().lora_dict)
    matcher = Matcher(catalog)
    for ident, text in texts():
        hits = matcher.match(visible(tags(text)[0]))
        called = {lora.id for lora in one_of_each_group(hit.lora for hit in hits)[0]}
        ids = [lora for lora in catalog.loras if lora in called or lora in catalog.permanent]
        tell({"id": ident, "loras": ids})
    return 0
