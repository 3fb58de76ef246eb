import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openRuntime } from "@atc/runtime";

/** Daily bars of symbols as CSV text. Prices follow from the place of the row and of the symbol. */
function dailyBars(symbols, from, to) {
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (let row = from; row < to; row++)
    for (const [place, symbol] of symbols.entries()) {
      const close = 100 + 20 * place + 15 * Math.sin(row / (7 + place)) + ((row * 7919) % 13) / 4;
      const open = close + (((row * 104_729) % 11) - 5) / 10;
      const time = new Date(Date.UTC(2015, 0, 1) + 86_400_000 * row).toISOString();
      const prices = [open, Math.max(open, close) + 1, Math.min(open, close) - 1, close].map((price) =>
        price.toFixed(2),
      );
      lines.push(`${symbol},${time},${prices.join(",")},${1000 + row}`);
    }
  return `${lines.join("\n")}\n`;
}

/** Writes bars as `name` to a folder. */
export async function writeBars(folder, name, symbols, from, to) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), dailyBars(symbols, from, to));
}

/** Runs work with a runtime on one thread in a folder. */
export async function withRuntime(folder, options, work) {
  const { config, ...rest } = options;
  const runtime = await openRuntime({
    cwd: folder,
    env: {},
    cacheMemoryBytes: 0,
    config: { executor: "inline", keepGenerations: 0, ...config },
    onWarning: () => undefined,
    ...rest,
  });
  try {
    return await work(runtime);
  } finally {
    await runtime[Symbol.asyncDispose]();
  }
}
