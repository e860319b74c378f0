// A router as people write it: Express, a Redis client, the AWS SDK's clients for what a router needs; under
// Lambda's Runtime API, so that it is started and called as the other sides are.

import http from "node:http";

import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import express from "express";
import { Redis } from "ioredis";
import { createLocalJWKSet, jwtVerify } from "jose";
import serverless from "serverless-http";

const api = process.env.AWS_LAMBDA_RUNTIME_API;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const redis = new Redis(process.env.REDIS_URL);
const keys = createLocalJWKSet(JSON.parse(process.env.PUBLIC_KEYS));
const router = express();
router.locals.aws = [new AutoScalingClient(), new DynamoDBClient(), new EC2Client()];
router.use(express.json());
router.post("/ping", async (request, response) => {
  const { user } = request.body;
  const token = (request.get("authorization") ?? "").replace(/^Bearer /, "");
  const { payload } = await jwtVerify(token, keys, { audience: "ping" });
  if (payload.sub !== user) return response.status(403).end();
  const now = Date.now();
  await redis.pipeline().hset(`ws:${user}`, "lastSeen", now).zadd("ws:pings", now, user).exec();
  response.status(204).end();
});
const handle = serverless(router);

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`http://${api}/2018-06-01/runtime/${path}`, { agent, method }, (reply) => {
      const parts = [];
      reply.on("data", (part) => parts.push(part));
      reply.on("end", () => resolve({ reply, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

await new Promise((resolve, reject) => redis.once("ready", resolve).once("error", reject));
for (;;) {
  const { reply, body } = await ask("GET", "invocation/next");
  const id = reply.headers["lambda-runtime-aws-request-id"];
  try {
    const answer = await handle(JSON.parse(body), {});
    await ask("POST", `invocation/${id}/response`, JSON.stringify(answer));
  } catch (error) {
    await ask("POST", `invocation/${id}/error`, JSON.stringify({ errorMessage: String(error) }));
  }
}
