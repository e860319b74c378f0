"""moto over HTTP, one request at a time.

moto's own server answers in threads, but its DynamoDB is not made for that: a transaction is
undone by putting back a copy of the tables taken at its start, which loses what others wrote
meanwhile. Served singly, transactions are what they are in DynamoDB: one after the other.

Usage: serve.py [port]. Port 0, the default, takes a free one. Says "ready http://..." on stdout.
"""

import copy
import logging
import sys

import waitress
from moto.dynamodb.models.table import StreamShard
from moto.dynamodbstreams.models import DynamoDBStreamsBackend, ShardIterator
from moto.server import DomainDispatcherApplication, create_backend_app

HOST = "127.0.0.1"
# Of the iterators handed out, how many stay valid; DynamoDB's expire after 15 minutes.
ITERATORS = 1000


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


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    mend_streams()
    # It warns whenever a request waits for another, which is how we mean it.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = waitress.create_server(
        DomainDispatcherApplication(create_backend_app),
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
