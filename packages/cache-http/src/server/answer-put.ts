import type { IncomingMessage } from "node:http";
import { costHeader, digestHeader, sha256OfField } from "../protocol/protocol.ts";
import type { ServedArea } from "./area.ts";

const defaultMaxBytes = 2 ** 30;

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Stores what a request brings. Resolves to the status of the answer. */
export async function answerPut(area: ServedArea, key: string, request: IncomingMessage): Promise<number> {
  if (area.put === undefined) return 405;
  const length = request.headers["content-length"];
  if (length === undefined) return 411;
  const size = Number(length);
  if (!Number.isSafeInteger(size) || size > (area.maxBytes ?? defaultMaxBytes)) return 413;
  const sha256 = sha256OfField(headerOf(request, digestHeader));
  if (sha256 === undefined) return 400;
  const cost = Number(headerOf(request, costHeader));
  const costMs = Number.isFinite(cost) && cost >= 0 ? cost : undefined;
  // If the area fails, the connection must stay open for the answer. Node drops the rest of the body.
  const bytes = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  await area.put(key, { size, sha256, costMs, bytes });
  return 204;
}
