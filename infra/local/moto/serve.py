"""moto over HTTP, one request at a time.

moto's own server answers in threads, but its DynamoDB is not made for that: a transaction is
undone by putting back a copy of the tables taken at its start, which loses what others wrote
meanwhile. Served singly, transactions are what they are in DynamoDB: one after the other.

Usage: serve.py [port [journal]]. Port 0, the default, takes a free one. Says "ready http://..." on
stdout. With a journal, a file, it begins with all that was written to DynamoDB before, and keeps what
is: AWS's loses nothing that it has confirmed, however it fails.
"""

import copy
import io
import json
import logging
import os
import sys

import waitress
from moto.dynamodb.models.table import StreamShard
from moto.dynamodbstreams.models import DynamoDBStreamsBackend, ShardIterator
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

HOST = "127.0.0.1"
# Of the iterators handed out, how many stay valid; DynamoDB's expire after 15 minutes.
ITERATORS = 1000
# What changes a table, of all that is asked here.
WRITES = ("CreateTable", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


def mend_streams() -> None:
    """Three things of moto 5.2.5's streams that do not survive a day of transactions."""

    # The copy taken for each transaction holds every record ever written: after a thousand
    # transactions one takes 200 ms. Records never change, so a copy of their list will do.
    def snapshot(self, memo):
        shard = copy.copy(self)
        memo[id(self)] = shard
        shard.table = copy.deepcopy(self.table, memo)
        shard.items = list(self.items)
        return shard

    StreamShard.__deepcopy__ = snapshot

    # When a cancelled transaction puts the copy back, iterators would go on reading the shard that
    # was thrown away, and see what the transaction had written.
    original_get = ShardIterator.get

    def get(self, limit=1000):
        table = self.streams_backend.dynamodb.get_table(self.stream_shard.table.name)
        self.stream_shard = table.stream_shard
        return original_get(self, limit)

    ShardIterator.get = get

    # Every answer makes a new iterator, and none is ever forgotten.
    original_records = DynamoDBStreamsBackend.get_records

    def get_records(self, iterator_arn, limit):
        while len(self.shard_iterators) > ITERATORS:
            del self.shard_iterators[next(iter(self.shard_iterators))]
        return original_records(self, iterator_arn, limit)

    DynamoDBStreamsBackend.get_records = get_records


class Journal:
    """Keeps each write that was done in a file, before its answer goes out, and does them again in
    their order at the next start. Served singly they come to the same, with the same numbers in the
    streams; times and ids of records are new."""

    def __init__(self, app, path: str):
        self.app = app
        done = 0
        with open(path, "ab+") as file:
            file.seek(0)
            for line in file:
                # Killed in the middle of a line, it had confirmed nothing.
                if not line.endswith(b"\n"):
                    break
                done += len(line)
                self.do_again(**json.loads(line))
            file.truncate(done)
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def do_again(self, headers, body) -> None:
        builder = EnvironBuilder(method="POST", headers=headers, data=body)
        _, status, _ = run_wsgi_app(self.app, builder.get_environ(), buffered=True)
        if not status.startswith("200"):
            sys.exit(f"{headers['X-Amz-Target']} was done before, and is not again: {status}")

    def __call__(self, environ, start_response):
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target.rpartition(".")[2] not in WRITES:
            return self.app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        statuses = []

        def start(status, headers, exc_info=None):
            statuses.append(status)
            return start_response(status, headers, exc_info)

        answer = list(self.app(environ, start))
        if statuses[0].startswith("200"):
            headers = {
                "X-Amz-Target": target,
                "Authorization": environ.get("HTTP_AUTHORIZATION", ""),
                "Content-Type": environ.get("CONTENT_TYPE", ""),
            }
            line = json.dumps({"headers": headers, "body": body.decode()}) + "\n"
            os.write(self.file, line.encode())
        return answer


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    mend_streams()
    app = DomainDispatcherApplication(create_backend_app)
    if len(sys.argv) > 2:
        app = Journal(app, sys.argv[2])
    # It warns whenever a request waits for another, which is how we mean it.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = waitress.create_server(
        app,
        host=HOST,
        port=port,
        threads=1,
        # A connection beyond the limit would wait for another to close, and SDKs keep theirs.
        connection_limit=2000,
        backlog=2000,
        asyncore_use_poll=True,
    )
    print(f"ready http://{HOST}:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
