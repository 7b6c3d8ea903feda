"""Links: found in what people typed, and brought to one form, so that the same post is found again."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"“”]{1,4000}", re.IGNORECASE)
TRAILING = ".,;:!?'*_~…"

TRACKING = re.compile(r"utm_.*|fbclid|gclid|igsh|igshid|si|mibextid", re.IGNORECASE)
"""Parameters that say who shared a link, on any host."""

TRACKING_AT = {
    "x.com": {"s", "t", "ref_src", "ref_url"},
    "youtube.com": {"feature", "t", "pp"},
    "tiktok.com": {"_r", "_t", "is_from_webapp", "sender_device", "web_id"},
    "facebook.com": {
        "__tn__",
        "refsrc",
        "paipv",
        "eav",
        "rdid",
        "share_url",
        "sfnsn",
        "locale",
        "ref",
    },
}
"""The same, where the name would mean something else on other hosts."""

MOBILE = ("m.", "mobile.", "mbasic.", "touch.", "www.", "old.", "web.")
SAME_HOST = {
    "fb.com": "facebook.com",
    "twitter.com": "x.com",
    "youtube-nocookie.com": "youtube.com",
}


def find(text: str) -> tuple[str, ...]:
    """Links in a text, as typed, in order, each once."""
    found = []
    for match in LINK.finditer(text):
        link = match.group().rstrip(TRAILING)
        while link.endswith(")") and link.count(")") > link.count("("):
            link = link[:-1].rstrip(TRAILING)
        found.append(link)
    return tuple(dict.fromkeys(found))


def normal(link: str) -> str:
    """The normal form: host in lower case without its mobile name, no tracking, no fragment.

    What is not a link in the first place comes back as it is.
    """
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return link
    if parts.scheme.lower() not in ("http", "https") or not host:
        return link
    for prefix in MOBILE:
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
            break
    host = SAME_HOST.get(host, host)
    path, query = parts.path.rstrip("/"), parse_qsl(parts.query, keep_blank_values=True)
    if host == "youtu.be" and path.count("/") == 1:
        host, query, path = "youtube.com", [("v", path[1:]), *query], "/watch"
    dropped = TRACKING_AT.get(host, set())
    query = sorted((k, v) for k, v in query if k not in dropped and not TRACKING.fullmatch(k))
    place = f"{host}:{port}" if port not in (None, 80, 443) else host
    return f"https://{place}{path}" + (f"?{urlencode(query)}" if query else "")


def host_of(link: str) -> str:
    """`facebook.com`, or nothing."""
    try:
        return urlsplit(normal(link)).hostname or ""
    except ValueError:
        return ""
