"""Gatepost decides, for a mail server, which OAuth clients may register, and which may be used.

The mail server passes the facts of a request in a `Context`, and gets a `Decision`: the HTTP response to send, and
the effect to carry out before that. A `Registrar` has the compiled settings, and makes the decisions.

    >>> from gatepost import Context, Registrar
    >>> registrar = Registrar.compile("[oauth.client-registration]\\nanonymous = true")
    >>> metadata = b'{"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"}'
    >>> registrar.register(Context(), metadata).response.status
    201
"""

from ._bindings import *  # noqa: F403
from ._errors import MisuseError as MisuseError
from ._errors import PluginError as PluginError
from ._errors import SettingsError as SettingsError
