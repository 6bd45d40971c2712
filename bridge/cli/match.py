"""`a1111-bridge lora match`: which LoRAs each text calls for, before any cap."""

import argparse

from bridge.cli.lines import tell, texts
from bridge.cli.wiring import configured
from bridge.lora.catalog import load
from bridge.lora.match import Matcher
from bridge.lora.weave import tags


def run(options: argparse.Namespace) -> int:
    """A line out for each line in: the permanent ones and the ones called for, by rank."""
    catalog = load(options.dict or configured().lora_dict)
    matcher = Matcher(catalog)
    for ident, text in texts():
        called = {hit.lora.id for hit in matcher.match(tags(text)[0])}
        ids = [lora for lora in catalog.loras if lora in called or lora in catalog.permanent]
        tell({"id": ident, "loras": ids})
    return 0
