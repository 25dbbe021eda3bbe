"""Authlib with open registration, in memory, behind Python's own HTTP server with a thread for each connection."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from authlib.oauth2.rfc6749 import AuthorizationServer
from authlib.oauth2.rfc6749.requests import JsonPayload, JsonRequest
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint

CLIENTS = {}


class Submitted(JsonPayload):
    def __init__(self, data):
        self.submitted = data

    @property
    def data(self):
        return self.submitted


class Registration(ClientRegistrationEndpoint):
    def get_server_metadata(self):
        return {}

    def authenticate_token(self, request):
        return "anybody"

    def save_client(self, client_info, client_metadata, request):
        CLIENTS[client_info["client_id"]] = client_info | client_metadata
        return client_info


class Provider(AuthorizationServer):
    def create_json_request(self, request):
        made = JsonRequest("POST", "/register", request.headers)
        made.payload = Submitted(json.loads(request.rfile.read(int(request.headers["Content-Length"]))))
        return made

    def handle_response(self, status, body, headers):
        return status, json.dumps(body).encode(), headers


PROVIDER = Provider()
PROVIDER.register_endpoint(Registration)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write for each answer: otherwise the second waits for the other end to confirm the first.
    wbufsize = -1

    def do_POST(self):
        status, body, headers = PROVIDER.create_endpoint_response("client_registration", self)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


with Server(("127.0.0.1", 0), Handler) as server:
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
