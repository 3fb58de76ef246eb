import type { Executor, OperationOptions } from "@atc/contract";
import type { SentInput, SentOutput } from "../compute/sent-task.ts";
import type { BacktestTaskInput, BacktestTaskOutput } from "../compute/tasks.ts";
import { putPieces } from "../spool/spool-pieces.ts";

const taskRef = { task: "@atc/runtime#backtestSentSymbols", version: 1 };

/** Backtests a batch of symbols in another process, and writes the curves that come back to the spool of the batch. */
export async function sentBatch(
  executor: Executor,
  { spool, own: _, ...rest }: BacktestTaskInput,
  options: OperationOptions,
): Promise<BacktestTaskOutput> {
  const { content, regions } = spool;
  const sized = regions.map(({ symbol, bars }) => ({ symbol, bars }));
  const input: SentInput<BacktestTaskInput> = { ...rest, sized, content, folders: [] };
  const { pieces, ...output } = await executor.submit<typeof input, SentOutput<BacktestTaskOutput>>(
    taskRef,
    input,
    options,
  );
  for (const [place, { symbol }] of output.tested.entries()) {
    const own = pieces[place];
    if (own !== undefined) putPieces(spool, symbol, own);
  }
  return output;
}
