// The tables of the seats and the homes, as somebody with the rights of an operator reads and edits them.

import { expect } from "../look.mjs";

const DYNAMODB = "http://127.0.0.1:9003/";

/** An item of the table of the seats. */
export const get = (pk) => read("seats", { pk: { S: pk } });

export const put = (item) => call("PutItem", "seats", { Item: item });

/** The record of somebody's home. */
export const getHome = (user) => read("homes", { user: { S: user } });

export const putHome = (home) => call("PutItem", "homes", { Item: home });

async function read(table, Key) {
  const { Item } = await call("GetItem", table, { Key, ConsistentRead: true });
  return Item;
}

/** moto asks for a signature, and checks none. */
async function call(action, table, body) {
  const credential = "Credential=local/20260101/us-east-1/dynamodb/aws4_request";
  const answer = await fetch(DYNAMODB, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${action}`,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify({ TableName: table, ...body }),
  });
  expect(answer.ok, `${action}: ${answer.status} ${answer.ok ? "" : await answer.text()}`);
  return answer.json();
}
