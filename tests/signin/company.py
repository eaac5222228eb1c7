"""A company's identity provider on loopback: it speaks OpenID Connect, and says of everybody what it is told to say."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt


class Company:
    """`claims` is whom the next person who comes claims to be. `seen` keeps what was asked for a token."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.seen: list[dict[str, list[str]]] = []
        self.broken = False
        company = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/.well-known/openid-configuration"):
                    self._answer(company.configuration())
                elif self.path.startswith("/userinfo"):
                    self._answer(company.claims)
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                company.seen.append(parse_qs(body))
                if company.broken:
                    self.send_error(500)
                    return
                told = {**company.claims, "iss": company.url, "aud": "desk", "exp": 4_102_444_800, "iat": 0}
                self._answer({"access_token": "a", "token_type": "Bearer", "id_token": jwt.encode(told, "k" * 32, algorithm="HS256")})

            def _answer(self, body: Any) -> None:
                raw = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def configuration(self) -> dict[str, str]:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "userinfo_endpoint": "/userinfo", "jwks_uri": "/keys"}
        return {"issuer": self.url, **{key: self.url + path for key, path in paths.items()}}

    def back(self, asked: str) -> str:
        """Where a browser is sent back to from the address it was sent to."""
        query = parse_qs(urlsplit(asked).query)
        return f"{urlsplit(query['redirect_uri'][0]).path}?{urlencode({'code': 'c', 'state': query['state'][0]})}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
