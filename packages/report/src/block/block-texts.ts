import type { ReportData, ReportTrades } from "../data/report-data.ts";
import type { BlockJson } from "./block-format.ts";
import { countReturns } from "./return-counts.ts";

/** The most drawdowns of a block. */
const mostDrawdowns = 10;

/** The members of the block's JSON that the text of the page needs, and the charts do not. */
type BlockTexts = Pick<
  BlockJson,
  | "title"
  | "command"
  | "versions"
  | "metrics"
  | "months"
  | "benchmarkMonths"
  | "drawdowns"
  | "drawdownCount"
  | "days"
  | "tradeReturns"
  | "sweep"
  | "walkForward"
  | "luck"
>;

/** The returns of the closed trades. */
function closedReturns({ length, blocks }: ReportTrades): Float64Array {
  const values = new Float64Array(length);
  let count = 0;
  for (const block of blocks())
    for (let i = 0; i < block.length; i++) if (block.open[i] === 0) values[count++] = block.return[i];
  return values.subarray(0, count);
}

/** What the page says, from the whole result: it does not depend on the detail of the block. */
export function textsOf(data: ReportData): BlockTexts {
  const { title, command, versions, metrics, months, benchmarkMonths, days, trades } = data;
  const { drawdowns = [], drawdownCount = drawdowns.length, sweep, walkForward, luck } = data;
  return {
    ...(title === undefined ? {} : { title }),
    ...(command === undefined ? {} : { command }),
    versions,
    metrics,
    ...(months === undefined ? {} : { months }),
    ...(benchmarkMonths === undefined ? {} : { benchmarkMonths }),
    drawdowns: drawdowns.slice(0, mostDrawdowns),
    drawdownCount,
    ...(days === undefined ? {} : { days: countReturns(days) }),
    ...(trades === undefined ? {} : { tradeReturns: countReturns(closedReturns(trades)) }),
    ...(sweep === undefined ? {} : { sweep }),
    ...(walkForward === undefined ? {} : { walkForward }),
    ...(luck === undefined ? {} : { luck }),
  };
}
