"""Starts the built bootstrap of each function as Lambda would, and checks what it answers.

Usage: answers.py TARGET arm64|x86_64. TARGET holds a folder for each function, with its bootstrap.

A bootstrap for another processor than this machine's runs under qemu's user emulation, as a Graviton2,
the least that Lambda has, with the C library of Debian's cross compilers. Redis is a real one. AWS is
away: what needs it has to say so.
"""

import base64
import json
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from runtime_api import NoAnswer, RuntimeApi

EVENTS = Path(__file__).parents[3] / "events"
MACHINES = {"arm64": ("aarch64", "neoverse-n1"), "x86_64": ("x86_64", "Haswell")}
# Nobody listens there: the port of "discard".
NOBODY = "http://127.0.0.1:9"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


class Keys:
    """A key pair of an hour's life."""

    def __init__(self):
        self.key = Ed25519PrivateKey.generate()
        x = encoded(self.key.public_key().public_bytes_raw())
        public = {"kty": "OKP", "crv": "Ed25519", "kid": "checked", "x": x}
        self.private = json.dumps(public | {"d": encoded(self.key.private_bytes_raw())})
        self.public = {"keys": [public | {"use": "sig", "alg": "EdDSA"}]}

    def token(self, **claims):
        now = int(time.time())
        head = {"typ": "JWT", "alg": "EdDSA", "kid": "checked"}
        claims |= {"iat": now, "exp": now + 900}
        signed = f"{encoded(compact(head))}.{encoded(compact(claims))}"
        return f"{signed}.{encoded(self.key.sign(signed.encode()))}"


class Redis:
    """A redis-server that keeps nothing, on a socket in a folder."""

    def __init__(self, folder):
        self.socket = f"{folder}/redis.sock"
        self.url = f"redis+unix://{self.socket}"
        on = ["--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", folder]
        self.process = subprocess.Popen(["redis-server", *on], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while self.cli("PING") != "PONG":
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit("answers: redis-server does not answer")
            time.sleep(0.05)

    def cli(self, *words):
        command = ["redis-cli", "-s", self.socket, *words]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()


class Function:
    """One process of a function."""

    def __init__(self, name, bootstrap, architecture, settings):
        machine, cpu = MACHINES[architecture]
        command = [bootstrap]
        if platform.machine() != machine:
            command = [f"qemu-{machine}", "-cpu", cpu, "-L", f"/usr/{machine}-linux-gnu", bootstrap]
        self.name, self.api = name, RuntimeApi()
        threading.Thread(target=self.api.serve_forever, daemon=True).start()
        lambda_sets = {
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
            "AWS_LAMBDA_LOG_GROUP_NAME": "group",
        }
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 (closed with its process)
        self.process = subprocess.Popen(command, env=settings | lambda_sets, stdout=self.said, stderr=subprocess.STDOUT)

    def answers(self, event):
        return self.api.invoke(event, self.process)

    def log(self):
        self.said.seek(0)
        return self.said.read().decode(errors="replace")

    def end(self):
        self.process.kill()
        self.process.wait()
        self.api.events.put(None)
        self.api.shutdown()


def settings(keys, redis):
    """The environment of every function: what it must be told, and nothing of this machine's."""
    return {
        "REDIS_URL": redis.url,
        "ASG_NAME": "hotdesk",
        "FLEET": "hotdesk",
        "SEATS_TABLE": "seats",
        "HOMES_TABLE": "homes",
        "SESSIONS_TABLE": "sessions",
        "BASE_URL": "https://desk.example",
        "WORKSPACE_URL": "https://{instanceId}.boxes.example",
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "hotdesk",
        "SIGNING_KEY": keys.private,
        "PUBLIC_KEYS": json.dumps(keys.public),
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_ENDPOINT_URL": NOBODY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "RUST_LOG": "info",
    }


def named(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def beat(keys):
    """A heartbeat with a token that is ours, of a seat that nobody has."""
    seat = {"user": "alice", "instanceId": "i-0123456789abcdef0"}
    token = keys.token(aud="ping", sub=seat["user"], instance=seat["instanceId"], epoch=1)
    event = named("ping-without-token")
    event["headers"]["authorization"] = f"Bearer {token}"
    return event | {"body": json.dumps(seat), "isBase64Encoded": False}


def checks(keys, redis):
    """Of each function: events, and what is wrong with an answer, if anything.

    Or, in their place, what is to be done before the next.
    """

    def status(code, body=None):
        def wrong(kind, answer):
            if (kind, answer.get("statusCode")) != ("response", code):
                return f"{code} expected"
            return body and body not in answer.get("body", "") and f"{body} expected"

        return wrong

    def is_exactly(expected):
        return lambda kind, answer: (kind, answer) != ("response", expected) and f"{expected} expected"

    def fails(kind, answer):
        return (kind != "error" or not answer.get("errorType")) and "an error with a type expected"

    return {
        "ping": [
            (named("ping-without-token"), status(401, "seat-token-invalid")),
            # The keys are read, and Redis runs the script: it is empty, and later knows no such seat.
            (beat(keys), status(503)),
            lambda: redis.cli("SET", "fleet:ready", "1"),
            (beat(keys), status(409, "stale")),
            lambda: redis.cli("DEL", "fleet:ready"),
        ],
        "dispatch": [
            (named("dispatch-health"), status(200, '"ok"')),
            (named("dispatch-keys"), status(200, keys.public["keys"][0]["x"])),
            (named("dispatch-open-forged-session"), status(401)),
        ],
        "sign-in": [(named("sign-in-prefetch"), status(204))],
        "lifecycle": [(named("lifecycle-launch-other-group"), is_exactly(None))],
        "provision": [(named("provision-item-removed"), is_exactly({"batchItemFailures": []}))],
        "idle-reaper": [(named("idle-reaper-schedule"), fails)],
    }


def check(function, steps):
    """What is wrong with a function's answers, if anything."""
    for step in steps:
        if callable(step):
            step()
            continue
        event, wrong = step
        try:
            kind, answer = function.answers(event)
        except NoAnswer as e:
            return str(e)
        if problem := wrong(kind, answer):
            return f"{problem}, not {kind} {json.dumps(answer)}"
    return None


def run(name, steps, bootstrap, architecture, environment):
    """Whether a function answers as it should; and says so."""
    began = time.monotonic()
    function = Function(name, bootstrap, architecture, environment)
    try:
        problem = check(function, steps)
    finally:
        function.end()
    if problem:
        print(f"answers: {name} ({architecture}): {problem}\n{function.log()}", file=sys.stderr)
    else:
        events, took = sum(not callable(step) for step in steps), time.monotonic() - began
        print(f"{name:12} {architecture}  answers {events} as it should, {took:.1f} s")
    return not problem


def main(target, architecture):
    with tempfile.TemporaryDirectory(prefix="hotdesk-answers-") as folder:
        keys, redis = Keys(), Redis(folder)
        try:
            environment = settings(keys, redis)
            good = [
                run(name, steps, f"{target}/{name}/bootstrap", architecture, environment)
                for name, steps in checks(keys, redis).items()
            ]
        finally:
            redis.process.kill()
            redis.process.wait()
    return not all(good)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
