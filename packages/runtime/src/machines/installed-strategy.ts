import { AtcError, type StrategyParameterValue } from "@atc/contract";
import { isStrategyPath } from "../backtest/strategy-place.ts";
import { moduleFiles } from "../strategy/module-files.ts";
import type { StrategyModule } from "../strategy/strategy-module.ts";
import type { Setup } from "../wiring/setup.ts";

/** A strategy of the user's as another machine names it. */
export interface SentStrategy {
  readonly module: Omit<StrategyModule, "file">;
  /** Seconds until code that does not return is ended. */
  readonly deadline: number;
}

/** Reads what a queue has of a strategy. ATC_UNSUPPORTED for a path: only names of packages travel. */
export function sentStrategyOf(own: unknown): SentStrategy {
  const { module, deadline } = own as { readonly module?: unknown; readonly deadline?: unknown };
  const { label, name, digest, values } = (module ?? {}) as Readonly<Record<string, unknown>>;
  const isRead =
    typeof label === "string" &&
    typeof digest === "string" &&
    typeof deadline === "number" &&
    (name === undefined || typeof name === "string") &&
    typeof values === "object" &&
    values !== null;
  if (!isRead || isStrategyPath(label))
    throw new AtcError("ATC_UNSUPPORTED", "a worker runs strategies of installed packages, by name, and no others");
  return {
    module: { label, name, digest, values: values as Readonly<Record<string, StrategyParameterValue>> },
    deadline,
  };
}

/**
 * The module of a strategy in a package of this machine.
 *
 * @throws ATC_MISSING_PLUGIN if the package is not installed; ATC_UNSUPPORTED if its code differs from the
 * submitter's; ATC_UNTRUSTED if other users may change it
 */
export async function installedStrategy({ host }: Pick<Setup, "host">, sent: SentStrategy): Promise<StrategyModule> {
  const { label, digest } = sent.module;
  const file = await host.packageEntry(label);
  if (file === undefined) {
    const install = host.installLine([label]);
    throw new AtcError(
      "ATC_MISSING_PLUGIN",
      `the worker does not have the strategy "${label}"; install it there: ${install}`,
      {
        details: { kind: "strategy", name: label, packages: [label], install },
      },
    );
  }
  host.trust.check(file, "a strategy");
  const found = moduleFiles(file);
  for (const one of found.files) host.trust.check(one, "a part of a strategy");
  if (found.digest !== digest)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the worker has other code of the strategy "${label}" than the submitter; install the same version on both`,
      { details: { strategy: label, digest, present: found.digest } },
    );
  return { ...sent.module, file };
}
