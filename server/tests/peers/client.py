"""What a mail program written with Authlib does: from discovery to deletion.

usage: client.py CONFIGURATION    JSON: url, account, password, registration_key
"""

import html
import json
import re
import sys
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url

REDIRECT_URI = "http://127.0.0.1:49152/callback"


def fields(page, name):
    """The first form of a page that has a field of this name: where it is sent, and what it hides."""
    for form in re.findall(r"<form.*?</form>", page, re.S):
        if f'name="{name}"' in form:
            hidden = {}
            for tag in re.findall(r'<input type="hidden"[^>]*>', form):
                key = re.search(r'name="([^"]*)"', tag)[1]
                hidden[key] = html.unescape(re.search(r'value="([^"]*)"', tag)[1])
            return html.unescape(re.search(r'action="([^"]*)"', form)[1]), hidden
    raise SystemExit(f"no form with {name} in {page}")


def agree(configuration, address):
    """What the person at the browser does; the answer is where the browser is sent."""
    browser = requests.Session()
    page = browser.get(address)
    if 'name="password"' in page.text:
        action, hidden = fields(page.text, "password")
        account = {"name": configuration["account"], "password": configuration["password"]}
        page = browser.post(configuration["url"] + action, data=hidden | account)
    action, hidden = fields(page.text, "answer")
    answer = browser.post(
        configuration["url"] + action, data=hidden | {"answer": "allow"}, allow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def main():
    configuration = json.loads(sys.argv[1])
    url = configuration["url"]
    mailbox = url + "/jmap/session"

    # RFC 9728, RFC 8414
    challenge = requests.get(mailbox).headers["www-authenticate"]
    described = requests.get(re.search(r'resource_metadata="([^"]*)"', challenge)[1]).json()
    issuer = described["authorization_servers"][0]
    metadata = AuthorizationServerMetadata(
        requests.get(get_well_known_url(issuer, external=True)).json()
    )
    # Authlib wants https, which loopback does not need (RFC 8252 §8.3).
    assert metadata["issuer"] == issuer == url
    assert "S256" in metadata["code_challenge_methods_supported"]
    assert metadata["authorization_response_iss_parameter_supported"] is True

    # RFC 7591
    key = {"Authorization": f"Bearer {configuration['registration_key']}"}
    wanted = {
        "client_name": "Authlib",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    registered = requests.post(metadata["registration_endpoint"], json=wanted, headers=key)
    assert registered.status_code == 201, registered.text
    registered = registered.json()

    # RFC 7592
    own = {"Authorization": f"Bearer {registered['registration_access_token']}"}
    at = registered["registration_client_uri"]
    assert requests.get(at, headers=own).json()["client_name"] == "Authlib"
    changed = wanted | {"client_id": registered["client_id"], "client_name": "Authlib 2"}
    assert requests.put(at, json=changed, headers=own).json()["client_name"] == "Authlib 2"
    assert requests.get(at, headers={"Authorization": "Bearer other"}).status_code == 401

    # Code and PKCE, with the resource named (RFC 7636, RFC 8707)
    session = OAuth2Session(
        registered["client_id"],
        token_endpoint_auth_method="none",
        redirect_uri=REDIRECT_URI,
        code_challenge_method="S256",
    )
    verifier = generate_token(48)
    address, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, resource=described["resource"]
    )
    location = agree(configuration, address)
    answer = parse_qs(urlsplit(location).query)
    assert answer["iss"] == [issuer] and answer["state"] == [state], answer
    try:
        session.fetch_token(
            metadata["token_endpoint"],
            authorization_response=location,
            state=state,
            code_verifier=generate_token(48),
        )
        raise SystemExit("a wrong verifier was taken")
    except OAuthError as refused:
        assert refused.error == "invalid_grant", refused
    token = session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=location,
        state=state,
        code_verifier=verifier,
    )
    assert session.get(mailbox).json()["username"] == configuration["account"]

    # Refresh, use, revoke (RFC 7009), delete
    first = token["refresh_token"]
    token = session.refresh_token(metadata["token_endpoint"], refresh_token=first)
    assert token["refresh_token"] != first
    assert session.get(mailbox).status_code == 200
    revoked = session.revoke_token(
        metadata["revocation_endpoint"],
        token=token["refresh_token"],
        token_type_hint="refresh_token",
    )
    assert revoked.status_code == 200, revoked.text
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert requests.get(mailbox, headers=bearer).status_code == 401
    assert requests.delete(at, headers=own).status_code == 204
    assert requests.get(at, headers=own).status_code == 401
    print("all went well")


main()
