import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ByteStoreEntry } from "@atc/contract";
import { untouchedHeader } from "../protocol/protocol.ts";
import { type Span, spanOfField } from "../protocol/range-field.ts";
import type { OpenValue, ServedArea } from "./area.ts";

/** The span of an answer to a request for a value: all of it, a part, or none. */
function wantedSpan({ headers }: IncomingMessage, { size, tag }: OpenValue): Span | "none" | undefined {
  // A part of another content is useless to the caller. It gets all of this one.
  const condition = headers["if-range"];
  if (condition !== undefined && condition !== `"${tag}"`) return undefined;
  return spanOfField(headers.range, size);
}

function hasTag(field: string | undefined, tag: string): boolean {
  if (field === undefined) return false;
  return field.trim() === "*" || field.split(",").some((one) => one.trim().replace(/^W\//, "") === `"${tag}"`);
}

/** Sends bytes as fast as they are taken, and cuts the connection if they end early. */
async function sendBytes(response: ServerResponse, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let sent = 0;
  try {
    for await (const chunk of bytes) {
      if (response.destroyed) break;
      sent += chunk.length;
      if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
    }
    response.end();
  } catch (error) {
    // The head says more bytes than these.
    response.destroy();
    throw error;
  }
  return sent;
}

/** Answers a request for a value. Resolves to the number of bytes that were sent, or undefined if there is no value. */
export async function answerGet(
  area: ServedArea,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<number | undefined> {
  const isHead = request.method === "HEAD";
  const touch = !isHead && request.headers[untouchedHeader] === undefined;
  await using value = await area.open(key, { touch });
  if (value === undefined) return undefined;
  const { size, tag } = value;
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("etag", `"${tag}"`);
  if (hasTag(request.headers["if-none-match"], tag)) {
    response.writeHead(304).end();
    return 0;
  }
  const span = isHead ? undefined : wantedSpan(request, value);
  if (span === "none") {
    response.writeHead(416, { "content-range": `bytes */${size}`, "content-length": 0 }).end();
    return 0;
  }
  const { start, end } = span ?? { start: 0, end: size };
  response.writeHead(span === undefined ? 200 : 206, {
    "content-type": "application/octet-stream",
    "content-length": end - start,
    ...(span === undefined ? {} : { "content-range": `bytes ${start}-${end - 1}/${size}` }),
  });
  if (!isHead) return await sendBytes(response, value.read({ start, end }));
  response.end();
  return 0;
}

async function* linesOf(entries: AsyncIterable<ByteStoreEntry>): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let count = 0;
  for await (const { key, size, accessedAt } of entries) {
    count++;
    yield encoder.encode(`${JSON.stringify({ key, size, accessedAt })}\n`);
  }
  yield encoder.encode(`${JSON.stringify({ entries: count })}\n`);
}

/** Answers with the entries of an area, a line of JSON each, and a last one with their number. */
export async function answerList(entries: AsyncIterable<ByteStoreEntry>, response: ServerResponse): Promise<number> {
  const lines = linesOf(entries);
  // The first step opens the list, whose fault the head can still report.
  const first = await lines.next();
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  return await sendBytes(
    response,
    (async function* () {
      if (first.done !== true) yield first.value;
      yield* lines;
    })(),
  );
}
