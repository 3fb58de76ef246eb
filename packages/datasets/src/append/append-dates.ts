import type { Dataset, OperationOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";

const msPerDay = 86_400_000n;

/**
 * Checks that all times of new rows are UTC midnights, as those of a dataset of calendar dates are. Rows with a time of
 * day would make instants of its dates, and a time zone would then shift them.
 *
 * @throws ATC_INVALID_DATA
 */
export async function checkDates(name: string, added: Dataset, options: OperationOptions): Promise<void> {
  const { timeIs, schema, series } = added.manifest;
  if (timeIs === "date") return;
  const unitsPerMs = schema.kind === "ticks" ? 1_000_000n : 1n;
  const day = msPerDay * unitsPerMs;
  const { pause } = createPacer(options);
  for (const { symbol } of series)
    for (const block of added.series(symbol).blocks({ columns: ["timestamp"] })) {
      for (const time of block.times()) if (time % day !== 0n) throw timeOfDay(name, symbol, Number(time / unitsPerMs));
      await pause();
    }
}

function timeOfDay(name: string, symbol: string, ms: number): AtcError {
  const shown = Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
  return new AtcError(
    "ATC_INVALID_DATA",
    `cannot append to dataset "${name}": its times are calendar dates, but "${symbol}" has a row at "${shown}" in the files; ingest the files into another dataset`,
    { details: { dataset: name, symbol, time: shown } },
  );
}
