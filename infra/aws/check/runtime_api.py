"""Lambda's Runtime API on a free port of this machine, for one process of a function at a time.

As the Lambda Developer Guide says it ("Using the Lambda runtime API"): the function asks for the next
event, and posts its response or its error under the event's id.
"""

import json
import queue
import re
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ARN = "arn:aws:lambda:us-east-1:123456789012:function:checked"
POSTED = re.compile(r"/2018-06-01/runtime/(?:invocation/([^/]+)/(response|error)|init/(error))")
# What an invocation may take: more than any function of ours, as an emulated processor is slow.
SECONDS = 120


class NoAnswer(Exception):
    """The function has not answered: it ended, or took too long."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path != "/2018-06-01/runtime/invocation/next":
            return self.send_error(404)
        event = self.server.events.get()
        if event is None:
            self.close_connection = True
            return
        name, body = event
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", name)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + SECONDS) * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", ARN)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        posted = POSTED.fullmatch(self.path)
        if posted is None:
            return self.send_error(404)
        body = self.read()
        self.server.answers.put((posted[1], posted[2] or "init error", body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def read(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_):
        """Says nothing: what is wrong is in the answers."""


class RuntimeApi(ThreadingHTTPServer):
    """The API; `address` is what AWS_LAMBDA_RUNTIME_API says."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.events, self.answers = queue.Queue(), queue.Queue()
        self.address = f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        # A function that was ended breaks off its call for the next event.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def invoke(self, event, process):
        """Has the function, a process, handle an event.

        Returns "response" or "error", and what was posted.
        """
        name = str(uuid.uuid4())
        self.events.put((name, json.dumps(event).encode()))
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                answered, kind, body = self.answers.get(timeout=0.2)
            except queue.Empty:
                if process.poll() is not None:
                    raise NoAnswer(f"the function ended with status {process.poll()}") from None
                continue
            if answered != name:
                raise NoAnswer(f"{kind}: {body.decode(errors='replace')}")
            return kind, json.loads(body)
        raise NoAnswer(f"no answer in {SECONDS} s")
