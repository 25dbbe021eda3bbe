"""What idpyoidc reads of a server: its client for OAuth finds each endpoint, its client for OpenID misses keys.

usage: idpyoidc_discovery.py KNOWLEDGE    JSON: issuer
"""

import json
import sys

from idpyoidc.client.oauth2 import Client
from idpyoidc.client.oidc import RP
from idpyoidc.exception import MissingRequiredAttribute

ENDPOINTS = ["authorization", "token", "registration", "revocation", "introspection"]


def main():
    issuer = json.loads(sys.argv[1])["issuer"]
    settings = {
        "issuer": issuer,
        "client_id": "idpyoidc",
        "client_secret": "a secret of 32 characters or more",
        "redirect_uris": ["https://webmail.example.org/callback"],
    }
    services = {"metadata": {"class": "idpyoidc.client.oauth2.server_metadata.ServerMetadata"}}
    client = Client(config=settings, services=services)
    offered = client.do_request("server_metadata")
    assert offered["issuer"] == issuer
    for endpoint in ENDPOINTS:
        assert offered[f"{endpoint}_endpoint"].startswith(issuer), endpoint
    assert "S256" in offered["code_challenge_methods_supported"]
    assert client.context.provider_info == offered

    # There are no ID tokens, and so there is no key to verify one with.
    try:
        RP(config=settings).do_request("provider_info")
        raise SystemExit("the OpenID document was taken")
    except MissingRequiredAttribute as missing:
        assert "jwks_uri" in str(missing), missing
    print("all went well")


main()
