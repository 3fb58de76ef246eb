import { createHash } from "node:crypto";
import type { JsonValue } from "@atc/contract";
import type { RunDraft } from "./stored-run.ts";

/** The text of a value with the members of each object sorted, so that equal values have equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}

/** SHA-256 of a value of JSON, in 64 hexadecimal digits. The order of members does not matter. */
export function jsonDigest(value: JsonValue | object): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

/** What the figures of a run depend on. */
export type RunInputs = Pick<
  RunDraft,
  "kind" | "data" | "strategy" | "config" | "inputs" | "versions" | "platform" | "seed"
>;

/**
 * A digest of all that the figures of a run depend on. The name of the dataset, its generation and its source do not
 * count if its rows have a digest.
 */
export function inputDigest({ kind, data, strategy, config, inputs, versions, platform, seed }: RunInputs): string {
  const { content, dataset, generation, fingerprint } = data;
  const rows = content === undefined ? { dataset, generation, fingerprint } : { content };
  return jsonDigest({ kind, rows, strategy, config, inputs, versions, platform, seed });
}
