"""Where passkeys and security keys can be used at all."""

from ipaddress import ip_address

from django.http import HttpRequest
from django.http.request import split_domain_port


def keys_work_at(request: HttpRequest) -> bool:
    """Tell whether a browser lets keys be used at the address of this page.

    It asks for a secure context, which plain http is on localhost only, and for a name: a number is
    no RP ID (Web Authentication, sections 5.1.3 and 13.4.9).
    """
    name, _port = split_domain_port(request.get_host())
    return name == "localhost" or (request.is_secure() and not is_number(name))


def is_number(name: str) -> bool:
    """Tell an IP address, with or without the brackets of version 6, from a name."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
