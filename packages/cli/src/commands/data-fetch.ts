import type { FetchOptions } from "@atc/runtime/market";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { accessOf, exchangeSettings, wholeNumber, withAccess } from "../invocation/exchange-options.ts";
import { type CommandLineIo, type Invocation, startInvocation, withCommon } from "../invocation/invocation.ts";
import { timeOf } from "../invocation/period.ts";
import { symbolList } from "../invocation/reading-options.ts";
import { fetchedJson, fetchedLines, planLines } from "../reports/fetch-lines.ts";
import { warmIfConfigured } from "./cache.ts";

/** What Ctrl-C leaves of a fetch. */
export const keptPages = "the pages that were fetched are kept, and the same command resumes after them";

function fetchOptions({ options, io, display }: Invocation): FetchOptions {
  const settings = exchangeSettings(options);
  const top = wholeNumber("--top", options["top"]);
  return {
    exchange: String(options["exchange"]),
    symbols: symbolList(options) ?? [],
    timeframe: String(options["timeframe"]),
    since: timeOf("--since", options["since"]) ?? 0,
    ...(settings === undefined ? {} : { settings }),
    ...(top === undefined ? {} : { top }),
    ...accessOf(options),
    signal: io.signal,
    onProgress: display.listener,
  };
}

export function addFetch(data: Command, io: CommandLineIo): void {
  const command = data
    .command("fetch <dataset>")
    .description("Make a dataset of the candles of an exchange, or add symbols to one")
    .requiredOption("--exchange <name>", "exchange as ccxt spells it, such as binance, kraken or coinbase")
    .requiredOption("--symbols <list>", "symbols separated by commas, such as BTC/USDT,ETH/USDT, or patterns: '*/USDT'")
    .requiredOption("--timeframe <label>", "length of a candle, such as 1m, 1h or 1d")
    .requiredOption("--since <time>", "first time: a date or time, UTC unless it has an offset such as +02:00")
    .option("--top <number>", "only the symbols with the largest volume of the last day in their quote currency")
    .option("--dry-run", "only count requests and minutes")
    .option(
      "--exchange-option <name=value>",
      "a setting of ccxt, such as hostname=bytick.com; may be repeated; the dataset keeps it",
      (value: string, former: readonly string[] = []) => [...former, value],
    );
  withConfigKeys(withAccess(withCommon(command)), storageGroups).action(async (name: string) => {
    await using run = await startInvocation(command, io);
    const { fetchDataset, planFetch } = await import("@atc/runtime/market");
    const options = fetchOptions(run);
    if (run.options["dryRun"] === true) {
      const plan = await planFetch(run.runtime, options);
      if (run.json) return run.printJson(plan);
      for (const line of planLines(plan)) run.printLine(line);
      return;
    }
    io.onResumable?.(keptPages);
    const result = await fetchDataset(run.runtime, name, options);
    await warmIfConfigured(run, name);
    if (run.json) return run.printJson(fetchedJson(name, result));
    for (const line of fetchedLines(name, result)) run.printLine(line);
    run.say("", `next: atc backtest ${name}, atc data update ${name}, or atc watch ${name}`);
  });
}
