"""XMP packets: what photo sites read to show a picture as a panorama, and the recipe.

Sources: Adobe, "XMP Specification", parts 1 and 3; Google, "Photo Sphere XMP Metadata" (GPano) and
"Cardboard Camera VR Photo Format" (GImage).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from html import unescape
from xml.sax.saxutils import escape, quoteattr

from depthfusion.version import __version__

_NAMESPACES = {
    "GPano": "http://ns.google.com/photos/1.0/panorama/",
    "GImage": "http://ns.google.com/photos/1.0/image/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "depthfusion": "urn:depthfusion:1.0:",
}
RECIPE = "depthfusion:recipe"
_LARGEST = 60_000  # bytes of a packet; a JPEG segment ends at 65,533
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML can't hold


@dataclass(frozen=True)
class SphereView:
    """The part of the sphere that a picture shows.

    Parameters
    ----------
    width, height : of the picture, pixels.
    full_width : of the whole panorama; its height is the picture's, poles included.
    heading_deg : where a viewer looks first, degrees from the panorama's middle to the right.
    """

    width: int
    height: int
    full_width: int
    heading_deg: float = 0.0

    def properties(self) -> dict[str, str]:
        """What GPano says of it."""
        facts = {
            "UsePanoramaViewer": "True",
            "ProjectionType": "equirectangular",
            "StitchingSoftware": f"DepthFusion {__version__}",
            "CroppedAreaImageWidthPixels": self.width,
            "CroppedAreaImageHeightPixels": self.height,
            "FullPanoWidthPixels": self.full_width,
            "FullPanoHeightPixels": self.height,
            "CroppedAreaLeftPixels": (self.full_width - self.width) // 2,
            "CroppedAreaTopPixels": 0,
            "InitialViewHeadingDegrees": round(self.heading_deg) % 360,
        }
        return {f"GPano:{name}": str(value) for name, value in facts.items()}


@dataclass(frozen=True)
class Xmp:
    """A packet, and a second one for what is too long for it.

    Parameters
    ----------
    packet : UTF-8 XML.
    extension : more of the same, named in the packet by its digest; empty where all fitted.
    """

    packet: bytes
    extension: bytes = b""


def compose(
    properties: Mapping[str, str], title: str = "", description: str = "", *, roomy: bool = True
) -> Xmp:
    """Write properties as XMP, each an attribute of the one description.

    Parameters
    ----------
    properties : "PREFIX:name" → value; prefixes are those of `_NAMESPACES`.
    title, description : in no particular language; left out where empty.
    roomy : the file takes packets of any length; where it doesn't, the longest values move to the
        extension until the packet is short enough.
    """
    inside = {"xmp:CreatorTool": f"DepthFusion {__version__}", **properties}
    outside: dict[str, str] = {}
    while True:
        extension = _description(outside).encode() if outside else b""
        note = {"xmpNote:HasExtendedXMP": digest(extension)} if extension else {}
        packet = _wrapped(_description({**inside, **note}, title, description))
        if roomy or len(packet) <= _LARGEST or not inside:
            return Xmp(packet, extension)
        longest = max(inside, key=lambda name: len(inside[name]))
        outside[longest] = inside.pop(longest)


def digest(extension: bytes) -> str:
    """The name of an extension: XMP specification, part 3, section 1.1.3.1."""
    return md5(extension, usedforsecurity=False).hexdigest().upper()


def value(packet: bytes, name: str) -> str | None:
    """A property that `compose` wrote; `None` where there is none.

    The packet is searched, not parsed: it comes from strangers, and XML parsers can be exhausted.
    """
    pattern = rf"""\s{re.escape(name)}\s*=\s*("[^"]*"|'[^']*')"""
    found = re.search(pattern, packet.decode(errors="replace"))
    return unescape(found[1][1:-1]) if found else None


def _description(properties: Mapping[str, str], title: str = "", description: str = "") -> str:
    prefixes = {name.partition(":")[0] for name in properties} | {"dc"}
    names = "".join(f" xmlns:{p}={quoteattr(_NAMESPACES[p])}" for p in sorted(prefixes))
    given = "".join(f" {name}={_attribute(text)}" for name, text in properties.items())
    inner = _alternative("dc:title", title) + _alternative("dc:description", description)
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{names}{given}>{inner}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    )


def _wrapped(xml: str) -> bytes:
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    return f'{begin}{xml}<?xpacket end="r"?>'.encode()


def _attribute(text: str) -> str:
    return '"' + escape(_CONTROL.sub(" ", text), {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}) + '"'


def _alternative(name: str, text: str) -> str:
    if not text:
        return ""
    words = escape(_CONTROL.sub(" ", text))
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></{name}>'
