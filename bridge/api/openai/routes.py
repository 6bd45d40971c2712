"""Which address of the second door is answered by what."""

from fastapi import APIRouter

from bridge.api.openai.images import Images
from bridge.api.openai.models import Models
from bridge.api.openai.orders import Clerk
from bridge.api.openai.shown import PATH, Shown
from bridge.api.rooms import DoorSettings, Rooms
from bridge.api.running import Running
from bridge.api.studio import Studio


def router(rooms: Rooms, settings: DoorSettings, running: Running) -> APIRouter:
    """All of the OpenAI door; the OPTIONS that SillyTavern knocks with is among A1111's lists."""
    models = Models(rooms.routes)
    shown = Shown(rooms.desk)
    images = Images(Studio(rooms.pipeline, running), Clerk(rooms.routes, settings), shown)
    door = APIRouter()
    for method, path, endpoint in (
        ("POST", "/v1/images/generations", images.generations),
        ("POST", "/v1/images/edits", images.edits),
        ("GET", PATH + "{ref:path}", shown.show),
        ("GET", "/v1/models", models.all),
        ("GET", "/v1/models/{name:path}", models.one),
    ):
        door.add_api_route(path, endpoint, methods=[method], response_model=None, name=path)
    return door
