import type { JsonObject } from "@atc/contract";
import { parseByteSize } from "@atc/plugin-kit";
import type { ConfigName } from "./atc-config.ts";

const byteKeys: ReadonlySet<ConfigName> = new Set<ConfigName>(["cacheMaxBytes"]);

/** A size with a unit, as {@link parseByteSize} reads it. */
const sizePattern = "^ *[0-9]+([.][0-9]+)? *([kKmMgGtT][iI]?[bB]|[bBkKmMgGtT]?) *$";

/** What a key accepts, with the sizes of a key of bytes. */
export function allowedWithSizes(name: ConfigName, allowed: string): string {
  return byteKeys.has(name) ? `${allowed}, or a size such as 500MB or 2GiB` : allowed;
}

/** The schema of a key in a file, with the sizes of a key of bytes. */
export function schemaWithSizes(name: ConfigName, schema: JsonObject): JsonObject {
  return byteKeys.has(name) ? { anyOf: [schema, { type: "string", pattern: sizePattern }] } : schema;
}

/** The bytes of a size that a key of bytes is set to; any other value unchanged. */
export function withoutSizeUnit(name: ConfigName, value: unknown): unknown {
  return byteKeys.has(name) && typeof value === "string" ? (parseByteSize(value) ?? value) : value;
}
