import type { SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { validateSignalConfig } from "../base/validate-config.ts";

/** Validates each configuration; an error names its index. */
export function validateAll(configs: readonly Partial<SignalConfig>[]): readonly SignalConfig[] {
  return configs.map((config, index) => {
    try {
      return validateSignalConfig(config);
    } catch (cause) {
      if (!(cause instanceof AtcError)) throw cause;
      const details = { ...cause.details, config: index };
      throw new AtcError(cause.code, `configuration ${index}: ${cause.message}`, { cause, details });
    }
  });
}
