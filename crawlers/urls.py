"""One address for one page: without session ids, tracking marks and fragments."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_NOISE = frozenset(
    "sid phpsessid jsessionid sessionid session_id aspsessionid spm scm gclid fbclid msclkid yclid from_source share_token"
    " share_source bd_vid isappinstalled _t timestamp".split()
)


def canonical(url: str) -> str:
    """Return *url* in its one form; what is not a web address comes back as it was."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return url
    scheme = parts.scheme.lower()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port and port != {"http": 80, "https": 443}[scheme]:
        host += f":{port}"
    path = parts.path.partition(";jsessionid=")[0] or "/"
    query = parts.query
    if any(_noisy(key) for key, _ in parse_qsl(query, keep_blank_values=True)):
        query = urlencode([(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if not _noisy(key)])
    return urlunsplit((scheme, host, path, query, ""))


def _noisy(key: str) -> bool:
    return key.lower() in _NOISE or key.lower().startswith("utm_")
