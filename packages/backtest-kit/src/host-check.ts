import { AtcError } from "@atc/contract";
import type { BacktestKitHost } from "./host.ts";

const members: readonly string[] = [
  "PersistCandleAdapter.usePersistCandleAdapter",
  "Position.bracket",
  "Markdown.enable",
  "addExchangeSchema",
  "addStrategySchema",
  "addFrameSchema",
  "commitClosePending",
  "setConfig",
];

function memberOf(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    if ((typeof found !== "object" && typeof found !== "function") || found === null) return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}

/** Throws ATC_UNSUPPORTED with every member that the host lacks. */
export function checkHost(host: BacktestKitHost): void {
  const missing = members.filter((path) => typeof memberOf(host, path) !== "function");
  if (missing.length === 0) return;
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `the host has no ${missing.map((path) => `"${path}"`).join(", ")}; pass the whole module, import * as host from "backtest-kit", version 18 or later`,
    { details: { missing } },
  );
}
