"""Which address is answered by what."""

from fastapi import APIRouter

from bridge.api.a1111.extras import Extras, png_info
from bridge.api.a1111.generate import Generate
from bridge.api.a1111.home import Home
from bridge.api.a1111.interrogate import Interrogate
from bridge.api.a1111.jobs import Clerk
from bridge.api.a1111.knobs import Scripts
from bridge.api.a1111.lists import FIXED, Endpoint, Lists, always
from bridge.api.a1111.models import Models
from bridge.api.a1111.progress import Progress
from bridge.api.rooms import DoorSettings, Rooms
from bridge.api.running import Running
from bridge.api.studio import Studio

_METHODS = ("GET", "POST", "OPTIONS")


def router(rooms: Rooms, settings: DoorSettings, running: Running) -> APIRouter:
    """All of the A1111 door."""
    models = Models(rooms.routes)
    studio = Studio(rooms.pipeline, running)
    generate = Generate(studio, Clerk(rooms.routes, settings), models)
    progress = Progress(running)
    lists = Lists(rooms.loras, settings.styles, settings.version)
    scripts = Scripts(rooms.routes)
    extras = Extras(studio, rooms.routes, settings)
    home = Home(models)
    table: list[tuple[str, str, Endpoint]] = [
        ("GET", "/", home.show),
        ("HEAD", "/", home.show),
        ("POST", "/sdapi/v1/txt2img", generate.txt2img),
        ("POST", "/sdapi/v1/img2img", generate.img2img),
        ("GET", "/sdapi/v1/options", models.options),
        ("POST", "/sdapi/v1/options", models.set_options),
        ("GET", "/sdapi/v1/sd-models", models.sd_models),
        ("GET", "/sdapi/v1/loras", lists.all_loras),
        ("GET", "/sdapi/v1/prompt-styles", lists.prompt_styles),
        ("GET", "/sdapi/v1/upscalers", extras.listing),
        ("GET", "/sdapi/v1/scripts", scripts.names),
        ("GET", "/sdapi/v1/script-info", scripts.info),
        ("GET", "/sdapi/v1/version", lists.about),
        ("GET", "/sdapi/v1/progress", progress.read),
        ("POST", "/sdapi/v1/interrupt", progress.interrupt),
        ("POST", "/sdapi/v1/skip", progress.skip),
        ("POST", "/internal/progress", progress.read_task),
        ("GET", "/internal/pending-tasks", progress.pending),
        ("POST", "/sdapi/v1/png-info", png_info),
        ("POST", "/sdapi/v1/extra-single-image", extras.single_image),
        ("POST", "/sdapi/v1/extra-batch-images", extras.batch_images),
        ("POST", "/sdapi/v1/interrogate", Interrogate(rooms.viewer).ask),
    ]
    for method in _METHODS:
        table += [(method, path, always(value)) for path, value in FIXED[method].items()]
    door = APIRouter()
    for method, path, endpoint in table:
        door.add_api_route(path, endpoint, methods=[method], response_model=None, name=path)
    return door
