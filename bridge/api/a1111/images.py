"""Pictures that clients send."""

from bridge.api.a1111.schema import Asked
from bridge.domain import Picture
from bridge.errors import BadRequest, Garbled
from bridge.pictures.sniff import from_base64


def taken(text: object, where: str) -> Picture:
    """The picture in a field, bare base64 or a data URL; BadRequest names `where`."""
    if not isinstance(text, str):
        raise BadRequest(f"body.{where}: a picture in base64 is expected")
    if text[:8].lower().startswith(("http://", "https://")):
        raise BadRequest(f"body.{where}: addresses are not fetched, send the picture itself")
    try:
        return from_base64(text.encode())
    except Garbled as error:
        raise BadRequest(f"body.{where}: {error.text}") from None


def all_taken(asked: Asked, name: str) -> list[Picture]:
    """The pictures of a list field."""
    return [taken(text, f"{name}[{place}]") for place, text in enumerate(asked[name] or ())]
