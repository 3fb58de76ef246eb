import { AtcError } from "@atc/contract";

/** The oldest version that BullMQ works with. */
const oldest = [5, 0, 0] as const;

/** The reply of INFO by field. */
function fieldsOf(info: string): ReadonlyMap<string, string> {
  const pairs = info.split(/\r?\n/).flatMap((line) => {
    const at = line.indexOf(":");
    return at > 0 && !line.startsWith("#") ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
  });
  return new Map(pairs);
}

function isOlder(version: string): boolean {
  const parts = version.split(".").map(Number);
  const differing = oldest.findIndex((part, i) => parts[i] !== part);
  return differing >= 0 && !((parts[differing] ?? 0) > (oldest[differing] ?? 0));
}

/**
 * Checks what a server reports of itself. Returns warnings.
 *
 * @param info - the reply of INFO
 * @param shown - the server, for messages
 * @throws ATC_UNSUPPORTED for a server that is too old, or that removes keys when its memory is full
 */
export function checkServer(info: string, shown: string): readonly string[] {
  const fields = fieldsOf(info);
  const version = fields.get("redis_version") ?? "unknown";
  if (isOlder(version))
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `Redis at ${shown} has version "${version}", but the executor bullmq needs ${oldest.join(".")} or later; update Redis`,
      { details: { version } },
    );
  const policy = fields.get("maxmemory_policy") ?? "noeviction";
  if (Number(fields.get("maxmemory") ?? 0) > 0 && policy !== "noeviction")
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `Redis at ${shown} removes keys when its memory is full (maxmemory-policy is ${policy}), so tasks would be lost; set maxmemory-policy to noeviction: redis-cli config set maxmemory-policy noeviction`,
      { details: { setting: "maxmemory-policy", value: policy } },
    );
  if (fields.get("aof_enabled") === "0")
    return [
      `Redis at ${shown} keeps tasks in memory only; if it ends, submitters that still run send them again. To keep them: redis-cli config set appendonly yes`,
    ];
  return [];
}
