/**
 * Reads and checks the configuration of ATC from objects, YAML and JSON files, environment variables and flags, in
 * camel case or in Python's spelling.
 *
 * @packageDocumentation
 */

export type { ConfigFault } from "./faults/config-fault.ts";
export type { Origin } from "./faults/origin.ts";
export { describeOrigin } from "./faults/origin.ts";
export type { AtcConfig, ConfigName } from "./keys/atc-config.ts";
export type { ConfigKey, ConfigKind } from "./keys/config-key.ts";
export { configKeys } from "./keys/config-key.ts";
export { configJsonSchema } from "./keys/json-schema.ts";
export type { ConfigGroup } from "./keys/parameters.ts";
export { configDefaults } from "./keys/parameters.ts";
export { renamedPackages } from "./keys/renamed-values.ts";
export { sharesText } from "./layers/shares-text.ts";
export { valuesText } from "./layers/values-text.ts";
export type { LoadConfigOptions, LoadedConfig, ParseConfigOptions } from "./load/load-config.ts";
export { loadConfig, parseConfig } from "./load/load-config.ts";
export type { Trust, TrustOptions } from "./trust/trust.ts";
export { createTrust } from "./trust/trust.ts";
