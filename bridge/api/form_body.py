"""multipart/form-data in (RFC 7578), out of the body that is in memory anyway."""

from email.message import Message

from starlette.requests import Request

from bridge.errors import BadRequest

Fields = list[tuple[str, bytes]]
"""Name and content, in the order of the body; files and texts alike."""


async def form_fields(request: Request) -> Fields:
    """Every field of the form; BadRequest for another Content-Type and for a body that is cut."""
    kind = _headed(request.headers.get("content-type", ""))
    boundary = kind.get_boundary()
    if kind.get_content_type() != "multipart/form-data" or not boundary:
        raise BadRequest("body: multipart/form-data with a boundary is expected")
    return split(await request.body(), boundary.encode("latin-1", "replace"))


def split(raw: bytes, boundary: bytes) -> Fields:
    """The fields of a body whose parts stand between `boundary`; BadRequest when it is cut."""
    _, *parts = (b"\r\n" + raw).split(b"\r\n--" + boundary)
    if not parts or not parts[-1].startswith(b"--"):
        raise BadRequest("body: the form is cut off")
    return [_field(part) for part in parts[:-1]]


def _field(part: bytes) -> tuple[str, bytes]:
    head, found, content = part.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-disposition":
            field = _headed(value.decode("utf-8", "replace").strip()).get_param("name")
            if found and isinstance(field, str):
                return field, content
    raise BadRequest("body: a part of the form has no name")


def _headed(value: str) -> Message:
    """A header's value with its parameters, as the standard library reads them."""
    message = Message()
    message["content-type"] = " ".join(value.split())
    return message
