// The table of the seats, as somebody with the rights of an operator reads and edits it.

import { expect } from "../look.mjs";

const DYNAMODB = "http://127.0.0.1:9003/";
const TABLE = "seats";

export async function get(pk) {
  const { Item } = await call("GetItem", { Key: { pk: { S: pk } }, ConsistentRead: true });
  return Item;
}

export async function put(item) {
  await call("PutItem", { Item: item });
}

/** moto asks for a signature, and checks none. */
async function call(action, body) {
  const credential = "Credential=local/20260101/us-east-1/dynamodb/aws4_request";
  const answer = await fetch(DYNAMODB, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${action}`,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify({ TableName: TABLE, ...body }),
  });
  expect(answer.ok, `${action}: ${answer.status} ${answer.ok ? "" : await answer.text()}`);
  return answer.json();
}
