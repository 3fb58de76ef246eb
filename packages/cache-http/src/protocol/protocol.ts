/** The header of a read that does not count as an access. */
export const untouchedHeader = "atc-untouched";
/** The header with the SHA-256 of a body, as RFC 9530 writes it. */
export const digestHeader = "content-digest";
/** The header with the milliseconds that it took to compute a value. */
export const costHeader = "atc-cost-ms";

/** The digest of a body in {@link digestHeader}. */
export function digestField(sha256: Uint8Array): string {
  return `sha-256=:${Buffer.from(sha256).toString("base64")}:`;
}

/** The SHA-256 in a digest header, in hexadecimal; undefined if it has none. */
export function sha256OfField(field: string | undefined): string | undefined {
  const [, text] = /(?:^|[ ,])sha-256=:([A-Za-z0-9+/]{43}=):/.exec(field ?? "") ?? [];
  return text === undefined ? undefined : Buffer.from(text, "base64").toString("hex");
}
