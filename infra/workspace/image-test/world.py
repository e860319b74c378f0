"""What a box on AWS has around it: the metadata service, names, Secrets Manager and the control plane.

Each is a server on the address that it has on AWS, or on one of its own, in a network namespace of the
test; what they were asked is in their lists.

Usage: world.py FOLDER writes a certificate for all of their names, and its key, there.
"""

import base64
import http.server
import json
import secrets
import socketserver
import ssl
import struct
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

INSTANCE = "i-0123456789abcdef0"
VOLUME = "vol-0fedcba9876543210"
METADATA = "169.254.169.254"
NAMES = "169.254.169.253"
CONTROL = "192.0.2.1"
VAULT = "192.0.2.2"
LOGS = "192.0.2.3"
# What the emulator's network gives the box.
PRIVATE = "10.0.2.15"
HOST = "box.example"
REGION = "eu-west-1"
ADDRESSES = {
    "api.example": CONTROL,
    f"secretsmanager.{REGION}.amazonaws.com": VAULT,
    f"logs.{REGION}.amazonaws.com": LOGS,
}
GROUP = "/hotdesk/boxes"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:box-AbCdEf"
ROLE = Credentials("ASIAEXAMPLE", "key/of+the=role", "token//of+the=role==")

USER_DATA = f"""\
# hotdesk
HOTDESK_HOME_URL=https://api.example
HOTDESK_API_URL=https://api.example
HOTDESK_BOX_SUBNETS={{ 10.0.2.0/24, 10.0.3.0/24 }}
HOTDESK_HEARTBEAT_SECONDS=7
HOTDESK_LISTEN=
HOTDESK_CERTIFICATE={SECRET}
HOTDESK_LOG_GROUP={GROUP}
"""


def serve(address, answer, folder=None):
    """Answers with what `answer(method, path, headers, body)` says, a status and a body; by TLS with the
    certificate in that folder."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, text = answer(self.command, self.path, self.headers, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = handle_one

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer((address, 443 if folder else 80), Handler)
    if folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/certificate.pem", f"{folder}/key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


class Names(socketserver.BaseRequestHandler):
    """A DNS server that knows the names of this world (RFC 1035)."""

    def handle(self):
        asked, socket = self.request
        labels, at = [], 12
        while asked[at]:
            labels.append(asked[at + 1 : at + 1 + asked[at]].decode())
            at += 1 + asked[at]
        question = asked[12 : at + 5]
        address = ADDRESSES.get(".".join(labels).lower())
        answers = b""
        if address and struct.unpack("!H", asked[at + 1 : at + 3])[0] == 1:
            answers = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes(map(int, address.split(".")))
        flags = 0x8180 if address else 0x8183
        head = asked[:2] + struct.pack("!HHHHH", flags, 1, bool(answers), 0, 0)
        socket.sendto(head + question + answers, self.client_address)


class Metadata:
    """Version 2 of the metadata service: without a token of its own it says nothing."""

    def __init__(self):
        self.token = secrets.token_hex(16)
        self.unasked = []
        role = {
            "AccessKeyId": ROLE.access_key,
            "SecretAccessKey": ROLE.secret_key,
            "Token": ROLE.token,
        }
        self.pages = {
            "user-data": USER_DATA,
            "meta-data/instance-id": INSTANCE,
            "meta-data/local-ipv4": PRIVATE,
            "meta-data/placement/region": REGION,
            "meta-data/services/domain": "amazonaws.com",
            "meta-data/iam/security-credentials/": "boxes",
            "meta-data/iam/security-credentials/boxes": json.dumps(role),
        }
        serve(METADATA, self.answer)

    def answer(self, method, path, headers, _):
        path = path.removeprefix("/latest/")
        if (method, path) == ("PUT", "api/token"):
            return 200, self.token
        if headers.get("X-aws-ec2-metadata-token") != self.token:
            self.unasked.append(path)
            return 401, ""
        page = self.pages.get(path)
        return (404, "") if page is None else (200, page)


class Service:
    """A service of AWS, for whoever signs as the role."""

    def __init__(self, name, address, folder):
        self.name = name
        self.refused = []
        serve(address, self.answer, folder)

    def answer(self, _, path, headers, body):
        trouble = self.trouble(path, headers, body)
        if trouble:
            self.refused.append(trouble)
            return 400, json.dumps({"__type": "InvalidSignatureException", "message": trouble})
        return 200, json.dumps(self.act(headers["X-Amz-Target"], json.loads(body)))

    def trouble(self, path, headers, body):
        """What is wrong with the signature, by AWS's own library."""
        signed = headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        wanted = {"host", "x-amz-date", "x-amz-security-token", "x-amz-target"}
        if not wanted <= set(signed):
            return f"only {signed} are signed"
        if headers["X-Amz-Security-Token"] != ROLE.token:
            return "another role"
        request = AWSRequest("POST", f"https://{headers['Host']}{path}", data=body)
        for name in signed:
            request.headers[name] = headers[name]
        request.context["timestamp"] = headers["X-Amz-Date"]
        auth = SigV4Auth(ROLE, self.name, REGION)
        text = auth.string_to_sign(request, auth.canonical_request(request))
        if auth.signature(text, request) not in headers["Authorization"]:
            return "the signature is another"
        return None


class Vault(Service):
    """Secrets Manager with one secret."""

    def __init__(self, folder):
        pems = {}
        for name in ("certificate", "key"):
            with open(f"{folder}/{name}.pem") as pem:
                pems[name] = pem.read()
        self.certificate = pems["certificate"]
        self.secret = json.dumps(pems)
        super().__init__("secretsmanager", VAULT, folder)

    def act(self, target, question):
        asked = (target, question)
        if asked != ("secretsmanager.GetSecretValue", {"SecretId": SECRET}):
            self.refused.append(asked)
            return {}
        return {"SecretString": self.secret}


class Logs(Service):
    """CloudWatch Logs: a group, and what was sent to it."""

    def __init__(self, folder):
        self.streams, self.messages = [], []
        super().__init__("logs", LOGS, folder)

    def act(self, target, question):
        action = target.removeprefix("Logs_20140328.")
        if question["logGroupName"] != GROUP:
            self.refused.append(question)
        elif action == "CreateLogStream":
            self.streams.append(question["logStreamName"])
        elif action == "PutLogEvents" and question["logStreamName"] in self.streams:
            times = [event["timestamp"] for event in question["logEvents"]]
            if times != sorted(times):
                self.refused.append("not in the order of time")
            self.messages += [event["message"] for event in question["logEvents"]]
        else:
            self.refused.append(target)
        return {}


class Control:
    """The control plane: its public key, and whom it sends to the box."""

    def __init__(self, folder):
        self.key = ed25519.Ed25519PrivateKey.generate()
        self.pings = []
        serve(CONTROL, self.answer, folder)

    def answer(self, method, path, headers, _):
        if (method, path) == ("GET", "/.well-known/jwks.json"):
            raw = self.key.public_key().public_bytes_raw()
            key = {"kty": "OKP", "crv": "Ed25519", "x": text(raw), "use": "sig", "alg": "EdDSA"}
            return 200, json.dumps({"keys": [key | {"kid": "test"}]})
        if (method, path) == ("POST", "/ping"):
            self.pings.append(headers.get("Authorization"))
            return 204, ""
        return 404, ""

    def signed(self, claims):
        header = {"alg": "EdDSA", "typ": "JWT", "kid": "test"}
        parts = ".".join(text(json.dumps(part).encode()) for part in (header, claims))
        return f"{parts}.{text(self.key.sign(parts.encode()))}"

    def ticket(self, user):
        now = int(time.time())
        claims = {"aud": INSTANCE, "sub": user, "epoch": 1, "session_exp": now + 3600}
        claims |= {"seat_token": "seat", "jti": secrets.token_hex(8), "iat": now, "exp": now + 60}
        return self.signed(claims)

    def home(self, user):
        now = int(time.time())
        claims = {"aud": f"home:{INSTANCE}", "sub": user, "epoch": 1, "volume": VOLUME}
        return self.signed(claims | {"size": 1, "new": True, "iat": now, "exp": now + 30})


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def write_certificate(folder):
    """One that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in (HOST, *ADDRESSES)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none)
    for file, content in (("certificate", made.public_bytes(pem)), ("key", private)):
        with open(f"{folder}/{file}.pem", "wb") as out:
            out.write(content)


def start(folder):
    """All of it, with the certificate in that folder."""
    names = socketserver.ThreadingUDPServer((NAMES, 53), Names)
    threading.Thread(target=names.serve_forever, daemon=True).start()
    return Metadata(), Vault(folder), Logs(folder), Control(folder)


if __name__ == "__main__":
    write_certificate(sys.argv[1])
