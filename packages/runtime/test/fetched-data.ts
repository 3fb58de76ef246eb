import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExchangeServer, ServedCandle } from "@atc/testing";
import { openRuntime, type Runtime, type RuntimeOptions } from "../src/index.ts";
import { type FetchOptions, fetchDataset } from "../src/market.ts";

export const hour = 3_600_000;
export const start = Date.UTC(2021, 0, 1);

const market = fileURLToPath(new URL("../../source-ccxt", import.meta.url));

/** A project with the package of exchanges, in a folder of its own. */
export interface Project extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly cwd: string;
  /** Fetches hours from the start on. */
  fetch(
    server: ExchangeServer,
    symbols: readonly string[],
    more?: Partial<FetchOptions>,
  ): ReturnType<typeof fetchDataset>;
}

/** How the tests ask a server: quickly, and without long waits. */
export function access(server: ExchangeServer): Pick<FetchOptions, "exchange" | "settings" | "firstWait"> {
  return { exchange: "binance", settings: { ...server.settings, rateLimit: 1 }, firstWait: 1 };
}

/** Makes a project in a temporary folder, with some files. */
export async function project(
  config: NonNullable<RuntimeOptions["config"]> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const cwd = await mkdtemp(join(tmpdir(), "atc-fetch-"));
  await mkdir(join(cwd, "node_modules/@atc"), { recursive: true });
  await symlink(market, join(cwd, "node_modules/@atc/source-ccxt"));
  await writeFile(join(cwd, "package.json"), JSON.stringify({ dependencies: { "@atc/source-ccxt": "*" } }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  const runtime = await openRuntime({ cwd, env: {}, config, onWarning: () => undefined });
  return {
    runtime,
    cwd,
    fetch: (server, symbols, more = {}) =>
      fetchDataset(runtime, "coins", { ...access(server), symbols, timeframe: "1h", since: start, ...more }),
    async [Symbol.asyncDispose]() {
      await runtime[Symbol.asyncDispose]();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

/** The rows of a symbol in a dataset, as the server of the tests has them. */
export async function storedRows({ store }: Runtime, symbol: string, name = "coins"): Promise<readonly ServedCandle[]> {
  using dataset = await store.open(name);
  const names = ["open", "high", "low", "close", "volume"] as const;
  const rows: ServedCandle[] = [];
  for (const block of dataset.series(symbol).blocks({ columns: ["timestamp", ...names] })) {
    const columns = names.map((one) => block.values(one));
    for (const [i, time] of [...block.times()].entries())
      rows.push([Number(time), ...columns.map((values) => values[i])] as unknown as ServedCandle);
  }
  return rows;
}

/** The closed hours that a server has. */
export function truthOf(server: ExchangeServer, symbol: string, since: number = start): readonly ServedCandle[] {
  const { now } = server;
  return server.candles.between(symbol, { from: since, to: now - hour + 1, now }, hour);
}
