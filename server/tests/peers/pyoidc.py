"""What a webmail written with pyoidc does, by its client for OAuth: from registration to revocation.

usage: pyoidc.py KNOWLEDGE    JSON: issuer, account, password, mail
"""

import json
import sys

from oic.extension.client import Client
from oic.oauth2.message import AccessTokenResponse, ErrorResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD
from user import agree

REDIRECT_URI = "https://webmail.example.org/callback"


def main():
    knowledge = json.loads(sys.argv[1])
    issuer = knowledge["issuer"]
    client = Client(
        client_authn_method=CLIENT_AUTHN_METHOD,
        config={"code_challenge": {"method": "S256", "length": 64}},
    )
    offered = client.provider_config(issuer)
    assert offered["issuer"] == issuer
    registered = client.register(
        offered["registration_endpoint"],
        client_name="pyoidc",
        redirect_uris=[REDIRECT_URI],
        grant_types=["authorization_code", "refresh_token"],
        scope=[knowledge["mail"], "offline_access"],
    )
    assert registered["client_secret"] == client.client_secret

    # Code and PKCE
    challenge, verifier = client.add_code_challenge()
    asked = client.construct_AuthorizationRequest(
        request_args={
            "response_type": "code",
            "redirect_uri": REDIRECT_URI,
            "scope": [knowledge["mail"], "offline_access"],
            "state": "state",
            **challenge,
        }
    )
    location = agree(knowledge, asked.request(client.authorization_endpoint))
    answer = client.parse_authz_response(location.split("?", 1)[1])
    assert answer["iss"] == issuer, answer
    token = client.do_access_token_request(
        state=answer["state"],
        request_args={"code": answer["code"], "redirect_uri": REDIRECT_URI, "code_verifier": verifier},
        authn_method="client_secret_basic",
    )
    assert isinstance(token, AccessTokenResponse), token

    # Use, refresh, revoke
    def mailbox():
        return client.fetch_protected_resource(issuer + "/jmap/session", state=answer["state"])

    assert mailbox().json()["username"] == knowledge["account"]
    fresh = client.do_access_token_refresh(state=answer["state"], authn_method="client_secret_basic")
    assert isinstance(fresh, AccessTokenResponse), fresh
    assert fresh["refresh_token"] != token["refresh_token"]
    assert mailbox().json()["username"] == knowledge["account"]
    revoked = client.do_token_revocation(
        request_args={"token": fresh["refresh_token"], "token_type_hint": "refresh_token"},
        authn_method="client_secret_basic",
    )
    assert revoked == 200, revoked
    assert mailbox().status_code == 401
    refused = client.do_access_token_refresh(state=answer["state"], authn_method="client_secret_basic")
    assert isinstance(refused, ErrorResponse) and refused["error"] == "invalid_grant", refused
    print("all went well")


main()
