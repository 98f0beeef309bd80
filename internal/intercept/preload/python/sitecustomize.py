"""Makes Stripe's hosts those of fakestripe exec, and trusts its certificate.

The SDK brings its own list of authorities, so that no variable could add one.
"""

import os
import socket
import ssl
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_CA = os.path.join(_HERE, "..", "ca.pem")

_getaddrinfo = socket.getaddrinfo


def _is_stripe(host):
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("ascii", "replace")
    host = (host or "").lower().rstrip(".")
    return host == "stripe.com" or host.endswith(".stripe.com")


def getaddrinfo(host, port, *args, **kwargs):
    if _is_stripe(host) and port in (443, "443", "https"):
        host, port = "127.0.0.1", FAKESTRIPE_PORT
    return _getaddrinfo(host, port, *args, **kwargs)


_load_verify_locations = ssl.SSLContext.load_verify_locations


def load_verify_locations(self, *args, **kwargs):
    _load_verify_locations(self, *args, **kwargs)
    _load_verify_locations(self, cafile=_CA)


socket.getaddrinfo = getaddrinfo
ssl.SSLContext.load_verify_locations = load_verify_locations


def _import_shadowed():
    """Imports the sitecustomize that this one hides."""
    sys.path[:] = [p for p in sys.path if os.path.abspath(p) != _HERE]
    ours = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as e:
        if e.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = ours


_import_shadowed()
