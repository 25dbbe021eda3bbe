"""What a mail program written with Authlib does: from discovery to deletion.

usage: authlib_client.py KNOWLEDGE    JSON: issuer, account, password, registration_key, mail
"""

import json
import re
import sys
import time
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from user import agree

REDIRECT_URI = "http://127.0.0.1:49152/callback"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def discover(knowledge):
    """RFC 9728, RFC 8414: from the mailbox to what its authorization server offers."""
    mailbox = knowledge["issuer"] + "/jmap/session"
    challenge = requests.get(mailbox).headers["www-authenticate"]
    described = requests.get(re.search(r'resource_metadata="([^"]*)"', challenge)[1]).json()
    issuer = described["authorization_servers"][0]
    metadata = AuthorizationServerMetadata(
        requests.get(get_well_known_url(issuer, external=True)).json()
    )
    metadata.validate()
    assert metadata["issuer"] == issuer == knowledge["issuer"]
    return described["resource"], metadata


def register(knowledge, metadata, **wanted):
    """RFC 7591: Authlib has no client for it."""
    key = {"Authorization": f"Bearer {knowledge['registration_key']}"}
    answer = requests.post(metadata["registration_endpoint"], json=wanted, headers=key)
    assert answer.status_code == 201, answer.text
    return answer.json()


def sign_in(knowledge, metadata, session, resource):
    """Code and PKCE, with the resource named (RFC 7636, RFC 8707)."""
    verifier = generate_token(48)
    address, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, resource=resource
    )
    location = agree(knowledge, address)
    answer = parse_qs(urlsplit(location).query)
    assert answer["iss"] == [knowledge["issuer"]] and answer["state"] == [state], answer

    def fetch(code_verifier):
        return session.fetch_token(
            metadata["token_endpoint"],
            authorization_response=location,
            state=state,
            code_verifier=code_verifier,
        )

    try:
        fetch(generate_token(48))
        raise SystemExit("a wrong verifier was taken")
    except OAuthError as refused:
        assert refused.error == "invalid_grant", refused
    return fetch(verifier)


def use_refresh_revoke(knowledge, metadata, session, token):
    mailbox = knowledge["issuer"] + "/jmap/session"
    assert session.get(mailbox).json()["username"] == knowledge["account"]
    first = token["refresh_token"]
    token = session.refresh_token(metadata["token_endpoint"], refresh_token=first)
    assert token["refresh_token"] != first
    assert session.get(mailbox).json()["username"] == knowledge["account"]
    revoked = session.revoke_token(
        metadata["revocation_endpoint"],
        token=token["refresh_token"],
        token_type_hint="refresh_token",
    )
    assert revoked.status_code == 200, revoked.text
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert requests.get(mailbox, headers=bearer).status_code == 401


def native(knowledge, resource, metadata):
    """A public client on the user's machine, and the management of its registration."""
    wanted = {
        "client_name": "Authlib",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    registered = register(knowledge, metadata, **wanted)

    # RFC 7592
    own = {"Authorization": f"Bearer {registered['registration_access_token']}"}
    at = registered["registration_client_uri"]
    assert requests.get(at, headers=own).json()["client_name"] == "Authlib"
    changed = wanted | {"client_id": registered["client_id"], "client_name": "Authlib 2"}
    assert requests.put(at, json=changed, headers=own).json()["client_name"] == "Authlib 2"
    assert requests.get(at, headers={"Authorization": "Bearer other"}).status_code == 401

    session = OAuth2Session(
        registered["client_id"],
        token_endpoint_auth_method="none",
        scope=f"{knowledge['mail']} offline_access",
        redirect_uri=REDIRECT_URI,
        code_challenge_method="S256",
    )
    token = sign_in(knowledge, metadata, session, resource)
    use_refresh_revoke(knowledge, metadata, session, token)
    assert requests.delete(at, headers=own).status_code == 204
    assert requests.get(at, headers=own).status_code == 401


def webmail(knowledge, resource, metadata):
    """A confidential client. Authlib sends its secret in the body, and by Basic when it revokes."""
    redirect_uri = "https://webmail.example.org/callback"
    registered = register(
        knowledge,
        metadata,
        client_name="Authlib for a webmail",
        redirect_uris=[redirect_uri],
        token_endpoint_auth_method="client_secret_post",
        grant_types=["authorization_code", "refresh_token"],
    )
    session = OAuth2Session(
        registered["client_id"],
        registered["client_secret"],
        token_endpoint_auth_method=registered["token_endpoint_auth_method"],
        scope=f"{knowledge['mail']} offline_access",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )
    token = sign_in(knowledge, metadata, session, resource)
    use_refresh_revoke(knowledge, metadata, session, token)


def television(knowledge, metadata):
    """A device without a browser (RFC 8628)."""
    registered = register(
        knowledge,
        metadata,
        client_name="Authlib on a television",
        token_endpoint_auth_method="none",
        grant_types=[DEVICE, "refresh_token"],
    )
    session = OAuth2Session(registered["client_id"], token_endpoint_auth_method="none")
    asked = {"client_id": registered["client_id"], "scope": knowledge["mail"]}
    begun = requests.post(metadata["device_authorization_endpoint"], data=asked).json()

    def poll():
        return session.fetch_token(
            metadata["token_endpoint"], grant_type=DEVICE, device_code=begun["device_code"]
        )

    try:
        poll()
        raise SystemExit("nobody was asked")
    except OAuthError as refused:
        assert refused.error == "authorization_pending", refused
    agree(knowledge, begun["verification_uri_complete"])
    time.sleep(begun["interval"])
    poll()
    mailbox = session.get(knowledge["issuer"] + "/jmap/session")
    assert mailbox.json()["username"] == knowledge["account"]


def main():
    knowledge = json.loads(sys.argv[1])
    resource, metadata = discover(knowledge)
    native(knowledge, resource, metadata)
    webmail(knowledge, resource, metadata)
    television(knowledge, metadata)
    print("all went well")


main()
