"""GET and HEAD `/`: a page for people, Draw Things' settings for clients that want JSON."""

from dataclasses import dataclass
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.a1111.models import Models
from bridge.api.door import caller_of
from bridge.api.json_body import json_answer


@dataclass(frozen=True, slots=True)
class Home:
    """SillyTavern reads `model` and `upscaler`; health checks read the status."""

    models: Models

    async def show(self, request: Request) -> Response:
        """HTML for whoever asks for it, as browsers do."""
        if "text/html" in request.headers.get("accept", ""):
            page = files(__package__).joinpath("home.html").read_bytes()
            return Response(page, media_type="text/html")
        return json_answer({"model": self.models.chosen(caller_of(request)), "upscaler": "Lanczos"})
