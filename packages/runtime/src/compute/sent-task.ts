import type { CurveContent } from "@atc/backtest";
import type { TaskContext } from "@atc/contract";
import { openSpool, type SpoolPart } from "../spool/open-spool.ts";
import type { CurveCounts } from "../spool/spool-curves.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import { type SpoolPieces, takePieces } from "../spool/spool-pieces.ts";

/** The input of a task that writes the curves of symbols to a spool. */
interface SpooledInput {
  readonly symbols: readonly string[];
  readonly spool: SpoolPart;
}

/** What such a task returns. */
interface SpooledOutput {
  /** The symbols whose curves are in the spool. */
  readonly tested: readonly { readonly symbol: string; readonly counts: CurveCounts }[];
}

/** The input of a task that runs in a process without the spool of the caller. */
export type SentInput<Input extends SpooledInput> = Omit<Input, "spool" | "own"> & {
  /** The symbols, each with the most bars that it can have. */
  readonly sized: readonly SizedSymbol[];
  readonly content: CurveContent;
  /** Folders for curves that are too large for the heap. */
  readonly folders: readonly string[];
};

/** What comes back of it. */
export type SentOutput<Output extends SpooledOutput> = Output & {
  /** Bars and trades of `tested`, in the same order. */
  readonly pieces: readonly SpoolPieces[];
};

/** Makes a task write to a spool of its own, and return what that has. */
export function sentTask<Input extends SpooledInput, Output extends SpooledOutput>(
  run: (input: Input, context: TaskContext) => Promise<Output>,
) {
  return async (input: SentInput<Input>, context: TaskContext): Promise<SentOutput<Output>> => {
    const { sized, content, folders, ...rest } = input;
    const warn = (message: string): void => process.emitWarning(message, "AtcWarning");
    using spool = openSpool({ symbols: sized, content, folders, warn });
    const part = spool.part(sized.map(({ symbol }) => symbol));
    const output = await run({ ...rest, spool: part } as unknown as Input, context);
    const pieces = output.tested.map(({ symbol, counts }) => takePieces(part, symbol, counts));
    return { ...output, pieces };
  };
}
