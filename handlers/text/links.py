"""Links: found in what people typed, and in one form, so that the same post is found again."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"“”]{1,4000}", re.IGNORECASE)
TRAILING = ".,;:!?'*_~…"

#: Parameters that say who shared a link, on any host.
TRACKING = re.compile(r"utm_.*|fbclid|gclid|igsh|igshid|si|mibextid", re.IGNORECASE)

#: Parameters that say it on one host, and mean something else on others.
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

MOBILE = ("m.", "mobile.", "mbasic.", "touch.", "www.", "old.", "web.")
SAME_HOST = {
    "fb.com": "facebook.com",
    "twitter.com": "x.com",
    "youtube-nocookie.com": "youtube.com",
}


def find(text: str) -> tuple[str, ...]:
    """Links in a text, as typed, in order, each once."""
    links = [_trimmed(match.group()) for match in LINK.finditer(text)]
    return tuple(dict.fromkeys(links))


def _trimmed(link: str) -> str:
    """The link without what ends the sentence around it, and brackets that it did not open."""
    unopened = link.count(")") - link.count("(")
    end = len(link)
    while end and (link[end - 1] in TRAILING or (link[end - 1] == ")" and unopened > 0)):
        end -= 1
        if link[end] == ")":
            unopened -= 1
    return link[:end]


def normal(link: str) -> str:
    """The normal form: host in lower case without its mobile name, no tracking, no fragment.

    What is not a link in the first place comes back as it is.
    """
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return link
    if parts.scheme.lower() not in ("http", "https") or not host:
        return link

    host = _usual_host(host)
    path = parts.path.rstrip("/")
    parameters = parse_qsl(parts.query, keep_blank_values=True)

    # `youtu.be/ID` is the short form of `youtube.com/watch?v=ID`.
    if host == "youtu.be" and path.count("/") == 1:
        parameters.insert(0, ("v", path[1:]))
        host = "youtube.com"
        path = "/watch"

    place = host if port in (None, 80, 443) else f"{host}:{port}"
    query = urlencode(_without_tracking(parameters, host))
    return f"https://{place}{path}?{query}" if query else f"https://{place}{path}"


def _usual_host(host: str) -> str:
    """The one name of a host that has several: `x.com` for `mobile.twitter.com`."""
    for prefix in MOBILE:
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
            break
    return SAME_HOST.get(host, host)


def _without_tracking(parameters: list[tuple[str, str]], host: str) -> list[tuple[str, str]]:
    """What says which post it is, in alphabetical order."""
    tracking_here = TRACKING_AT.get(host, set())
    kept = []
    for name, value in parameters:
        if name not in tracking_here and not TRACKING.fullmatch(name):
            kept.append((name, value))
    return sorted(kept)


def host_of(link: str) -> str:
    """`facebook.com`, of a link in its normal form; nothing for what is no link."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""
