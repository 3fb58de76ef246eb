/**
 * Reads and checks the configuration of ATC from objects, YAML and JSON files, environment variables and flags, in our spelling and in Python's.
 *
 * @packageDocumentation
 */
export type { AtcConfig, ConfigName } from "./atc-config.ts";
export type { ConfigFault } from "./config-fault.ts";
export type { ConfigKey, ConfigKind } from "./config-key.ts";
export { configKeys } from "./config-key.ts";
export { configJsonSchema } from "./json-schema.ts";
export type { LoadConfigOptions, LoadedConfig, ParseConfigOptions } from "./load-config.ts";
export { loadConfig, parseConfig } from "./load-config.ts";
export type { Origin } from "./origin.ts";
export { describeOrigin } from "./origin.ts";
export type { ConfigGroup } from "./parameters.ts";
export { configDefaults } from "./parameters.ts";
export type { Trust, TrustOptions } from "./trust.ts";
export { createTrust } from "./trust.ts";
