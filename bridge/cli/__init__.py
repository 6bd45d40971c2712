"""The command line: each command a thin wrapper around a room."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from bridge import __version__
from bridge.errors import BridgeError


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 well, 1 something is to be done, 2 the call was wrong."""
    options = parser().parse_args(arguments)
    try:
        # imported only now: `lora match` is not to wait for what `serve` needs
        command: Callable[[argparse.Namespace], int] = import_module(options.module).run
        return command(options)
    except BridgeError as error:
        print(error.text, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 130


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="a1111-bridge", description="A1111 in front, clouds behind.")
    top.add_argument("--version", action="version", version=f"a1111-bridge {__version__}")
    commands = top.add_subparsers(title="commands", required=True)
    serve = _command(commands, "serve", "serve clients")
    serve.add_argument("--host", help="overrules BRIDGE_HOST")
    serve.add_argument("--port", type=int, help="overrules BRIDGE_PORT")
    doctor = _command(commands, "doctor", "what is configured, what is missing, what to do")
    about = "ask this account (without NAME: all) whether its key is good, by calls that are free"
    doctor.add_argument("--provider", nargs="?", const="all", metavar="NAME", help=about)
    imagine = _command(commands, "imagine", "make one picture")
    imagine.add_argument("text")
    imagine.add_argument("-o", "--output", type=Path, required=True, help="the picture's file")
    imagine.add_argument("--route", default="auto", help="provider or provider/model")
    imagine.add_argument("--size", default="1024x1024", help="WIDTHxHEIGHT")
    imagine.add_argument("--seed", type=int, default=-1, help="0 … 4294967295; -1 draws one")
    about = "JSON lines {id, text} in, {id, scene, prompt, negative, notes} out"
    scene = _command(commands, "scene", about)
    scene.add_argument("--offline", action="store_true", help="by rules, without an LLM")
    scene.add_argument("--dialect", default="flux1", help="a model family, e.g. z-image")
    lora = commands.add_parser("lora", help="the LoRA dictionary")
    loras = lora.add_subparsers(title="commands", required=True)
    match = _command(loras, "match", "JSON lines {id, text} in, {id, loras} out")
    for command in (scene, match):
        command.add_argument("--dict", type=Path, help="overrules BRIDGE_LORA_DICT")
    _stego(commands)
    return top


def _stego(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    stego = commands.add_parser("stego", help="pictures hidden in pictures")
    actions = stego.add_subparsers(title="commands", required=True)
    for name, about, target in (
        ("decode", "take out what is hidden; several files become OUT-1, OUT-2, …", "OUT"),
        ("encode", "hide a picture or video in a grey PNG", "CARRIER"),
        ("detect", "tell which kind of carrier it is; 1 when it is none", ""),
    ):
        action = actions.add_parser(name, help=about, description=about)
        action.set_defaults(module=f"{__name__}.stego", action=name)
        action.add_argument("source", type=Path, metavar="FILE" if name == "encode" else "IN")
        if target:
            action.add_argument("output", type=Path, metavar=target)
            action.add_argument("--password", default="", help="locks or opens it")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=about, description=about)
    made.set_defaults(module=f"{__name__}.{name}")
    return made
