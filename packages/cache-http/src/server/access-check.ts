import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { ServedArea } from "./area.ts";
import { isLoopbackHost } from "./listening-place.ts";

/** Says whether requests may use areas. */
export type AccessCheck = (request: IncomingMessage, area: ServedArea) => boolean;

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Requests must have the token. Without one, open areas are read by programs of this machine. */
export function accessCheck(token: string | undefined): AccessCheck {
  const expected = token === undefined ? undefined : digestOf(token);
  return ({ headers, method }, { isOpen }) => {
    if (expected === undefined)
      return isOpen && (method === "GET" || method === "HEAD") && isLoopbackHost(headers.host);
    const [, given] = /^Bearer +([\x21-\x7e]+) *$/i.exec(headers.authorization ?? "") ?? [];
    // Digests have equal lengths, so the time does not depend on the token.
    return given !== undefined && timingSafeEqual(digestOf(given), expected);
  };
}
