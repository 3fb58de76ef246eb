import { type ExchangeServer, exchangeServer } from "@atc/testing";
import { shop } from "./shop.ts";

export const hour = 3_600_000;
const start = Date.UTC(2021, 0, 1);

/** An exchange with hours of some symbols, as its clock says; the test disposes it. */
export function hoursServer(hours: number, symbols: readonly string[]): Promise<ExchangeServer> {
  return exchangeServer(
    "binance",
    symbols.map((symbol) => ({ symbol })),
    start + hours * hour,
  );
}

/** The command line that fetches hours of symbols from a server of the tests. */
export function fetchLine(server: ExchangeServer, symbols: readonly string[], name = "coins"): readonly string[] {
  const settings = [`urls=${JSON.stringify(server.settings.urls)}`, "rateLimit=1"];
  return [
    ...["data", "fetch", name, "--exchange", "binance", "--timeframe", "1h", "--since", "2021-01-01"],
    ...["--symbols", symbols.join(",")],
    ...settings.flatMap((setting) => ["--exchange-option", setting]),
  ];
}

/** The content of a dataset, which depends on its rows only. */
export async function contentOf(name = "coins"): Promise<string> {
  const run = await shop.atc("data", "info", name, "--json");
  const { rows } = run.json<{ readonly rows: number }>();
  const copy = await shop.atc("data", "export", name, "-o", "-", "--json");
  return `${rows}\n${copy.stdout}`;
}
