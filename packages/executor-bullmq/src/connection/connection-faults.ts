import { AtcError } from "@atc/contract";

function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const more = error instanceof AggregateError ? error.errors.map(messagesOf) : [];
  const code = "code" in error ? String(error.code) : "";
  return [error.message, code, ...more].filter((text) => text !== "").join(", ");
}

/** Whether a server refused a write because its memory is full. */
export function isServerFull(error: unknown): boolean {
  return /^OOM|OOM command not allowed/.test(messagesOf(error));
}

/** What failed in Redis, as an error with a code. The message has no password. */
export function redisFault(error: unknown, shown: string): AtcError {
  const reason = messagesOf(error);
  if (/NOAUTH|WRONGPASS|invalid (username-)?password|without any password/i.test(reason))
    return new AtcError(
      "ATC_INVALID_ARGUMENT",
      `Redis at ${shown} refuses the user or the password; correct the URL: redis://user:password@host:port`,
      { details: { option: "redis" } },
    );
  if (/certificate|unable to verify|SSL|wrong version number|EPROTO/i.test(reason))
    return new AtcError(
      "ATC_IO",
      `cannot open a TLS connection to Redis at ${shown}: ${reason}; for a certificate of your own authority, set NODE_EXTRA_CA_CERTS to its file`,
    );
  if (isServerFull(error))
    return new AtcError("ATC_NO_SPACE", `Redis at ${shown} is full; raise maxmemory: redis-cli config set maxmemory 0`);
  if (/^NOPERM/.test(reason))
    return new AtcError(
      "ATC_READ_ONLY",
      `Redis at ${shown} does not allow a command: ${reason}; extend the user's rights`,
    );
  if (/^READONLY/.test(reason))
    return new AtcError("ATC_READ_ONLY", `Redis at ${shown} is a read-only replica; give the address of the primary`);
  return new AtcError(
    "ATC_IO",
    `cannot reach Redis at ${shown}: ${reason}; check the address, or start a server: redis-server --appendonly yes`,
  );
}
