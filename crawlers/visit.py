"""Visitor cookies for the length of one run, in memory, for sites that refuse to answer without.

Scrapy's own cookies are not used: for a cookie with a domain they fetch a list of public suffixes
from somebody else's server and keep it in the user's home. Here a cookie goes back to the very host
that set it and nowhere else; it is neither stored nor logged.
"""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from scrapy.http import Request, Response

MOST = 20
"""Cookies of one host."""


class Visit:
    """A downloader middleware."""

    def __init__(self) -> None:
        self._jars: dict[str, dict[str, str]] = {}

    def process_request(self, request: Request) -> None:
        jar = self._jars.get(_host(request))
        if jar:
            request.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())

    def process_response(self, request: Request, response: Response) -> Response:
        jar = self._jars.setdefault(_host(request), {})
        for header in response.headers.getlist("Set-Cookie"):
            for name, value in _read(header.decode("latin-1")).items():
                if len(jar) < MOST or name in jar:
                    jar[name] = value
        return response


def _read(header: str) -> dict[str, str]:
    try:
        return {name: one.coded_value for name, one in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc
