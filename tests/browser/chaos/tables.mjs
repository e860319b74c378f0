// What Redis, DynamoDB and the simulated cloud say, each as a whole at one moment.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const DYNAMODB = "http://127.0.0.1:9003/";
const SIMULATOR = "http://127.0.0.1:9002";
const STREAMS = "DynamoDBStreams_20120810";
/** Who does not answer is away. */
const PATIENCE = 5000;

const run = promisify(execFile);

/** All of Redis that is about people and boxes, in one step of its own. */
const SNAPSHOT = `
local out = { ready = redis.call('EXISTS', 'fleet:ready'), users = {}, boxes = {}, sets = {} }
for _, key in ipairs(redis.call('KEYS', 'ws:*')) do
  if key ~= 'ws:pings' and key ~= 'ws:pool' then
    local row = redis.call('HMGET', key, 'state', 'instanceId', 'epoch')
    out.users[string.sub(key, 4)] = { state = row[1], instance = row[2], epoch = row[3] }
  end
end
for _, key in ipairs(redis.call('KEYS', 'fleet:instance:*')) do
  out.boxes[string.sub(key, 16)] = redis.call('HGET', key, 'state')
end
out.sets.pool = redis.call('SMEMBERS', 'ws:pool')
out.sets.pings = redis.call('ZRANGE', 'ws:pings', 0, -1)
for _, name in ipairs({ 'waiting', 'asking', 'stopping', 'standby', 'waking', 'arriving' }) do
  out.sets[name] = redis.call('ZRANGE', 'fleet:' .. name, 0, -1)
end
return cjson.encode(out)`;

/** Redis as it is: `ready`, `users` and `boxes` by name, `sets` of names. */
export async function store() {
  const { stdout } = await redis("EVAL", SNAPSHOT, "0");
  const seen = JSON.parse(JSON.parse(stdout));
  // An empty table of Lua's is an empty object.
  for (const [name, members] of Object.entries(seen.sets)) seen.sets[name] = new Set(Object.values(members));
  return { ...seen, ready: seen.ready === 1 };
}

/** A command for Redis, which may be away. */
export function redis(...command) {
  return run("redis-cli", ["-p", "9004", "--json", ...command], { timeout: PATIENCE });
}

/** The simulated cloud, whatever the lag that it shows to others. */
export async function cloud() {
  const answer = await fetch(`${SIMULATOR}/_sim/state`, { signal: AbortSignal.timeout(PATIENCE) });
  return answer.json();
}

/** The seats: `users` and `boxes` by name. */
export async function seats() {
  const { Items } = await ask("DynamoDB_20120810.Scan", { TableName: "seats", ConsistentRead: true });
  const users = {};
  const boxes = {};
  for (const item of Items.map(plain)) {
    const [kind, name] = item.pk.split("#");
    if (kind === "user") users[name] = item;
    if (kind === "instance") boxes[name] = item;
  }
  return { users, boxes };
}

/** Somebody's item among the seats. */
export async function seatOf(user) {
  const Key = { pk: { S: `user#${user}` } };
  const { Item } = await ask("DynamoDB_20120810.GetItem", { TableName: "seats", Key, ConsistentRead: true });
  return Item && plain(Item);
}

/** Writes an item of the seats as it is, whatever the protocol says. */
export const put = (Item) => ask("DynamoDB_20120810.PutItem", { TableName: "seats", Item });

let shard = null;

/** moto's streams have one shard for ever. */
async function shardOfSeats() {
  const { Streams } = await ask(`${STREAMS}.ListStreams`, { TableName: "seats" });
  const { StreamArn } = Streams[0];
  const { StreamDescription } = await ask(`${STREAMS}.DescribeStream`, { StreamArn });
  return { StreamArn, ShardId: StreamDescription.Shards[0].ShardId };
}

/** The changes of the seats behind one with that number, from the first if there is none. */
export async function changes(after) {
  shard ??= await shardOfSeats();
  const { ShardIterator } = await ask(`${STREAMS}.GetShardIterator`, {
    ...shard,
    ...(after
      ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: after }
      : { ShardIteratorType: "TRIM_HORIZON" }),
  });
  const { Records } = await ask(`${STREAMS}.GetRecords`, { ShardIterator, Limit: 1000 });
  return Records.map(({ dynamodb }) => ({
    number: dynamodb.SequenceNumber,
    key: dynamodb.Keys.pk.S,
    item: dynamodb.NewImage && plain(dynamodb.NewImage),
  }));
}

/** moto asks for a signature, and checks none. */
async function ask(target, body) {
  const credential = "Credential=local/20260101/us-east-1/dynamodb/aws4_request";
  const answer = await fetch(DYNAMODB, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** An item without the types of its attributes. */
function plain(item) {
  const value = ({ S, N, M, BOOL, L }) => S ?? (N && Number(N)) ?? (M && plain(M)) ?? BOOL ?? L?.map(value);
  return Object.fromEntries(Object.entries(item).map(([name, each]) => [name, value(each)]));
}
