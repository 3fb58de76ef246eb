import { createHash } from "node:crypto";
import {
  type AnyBoundStrategy,
  type Members,
  readSignals,
  type SignalRows,
  signalStrategy,
  withMembers,
} from "@atc/backtest";
import { AtcError, type Dataset, isAtcError, type JsonObject, type OperationOptions } from "@atc/contract";
import type { DatasetNote } from "../data/dataset-note.ts";
import { memberNotes, signalNotes } from "../decisions/decision-notes.ts";
import type { SignalFile } from "../decisions/signal-file.ts";
import { signalsDigest } from "../decisions/signals-digest.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { ChosenStrategy } from "./chosen-strategy.ts";
import { runtimeFor } from "./runtime-for.ts";

/** The files of decisions and members, as plain data for threads. */
interface DecisionParts {
  /** Decisions of a file, which replace those of a strategy. */
  readonly decided?: SignalRows | undefined;
  /** The times at which symbols open positions. */
  readonly members?: Members | undefined;
}

/** What decides in a run, once its data is open. */
export interface RunDecisions {
  /** The runtime, with the keys that a file of decisions or a strategy of all symbols needs. */
  readonly runtime: Runtime;
  readonly strategy: AnyBoundStrategy;
  /** What threads need besides the strategy, for some symbols. */
  partsOf(symbols: readonly string[]): DecisionParts;
  /** What cache keys of some symbols depend on besides the strategy. */
  keyPart(symbols: readonly string[]): JsonObject;
  /** What the files and the data lack of each other. */
  notes(): readonly DatasetNote[];
}

/** The symbol of a file that has no column of symbols, if the run has several. */
const unnamed = "(no symbol)";

/** An error without the advice to skip bad rows, which holds for data alone. */
function withoutSkipping(error: unknown): unknown {
  if (!isAtcError(error, "ATC_INVALID_DATA")) return error;
  const message = error.message.replace(/,? or leave out such rows with badRows .*$/, "");
  return new AtcError(error.code, message, { details: error.details, cause: error });
}

async function readRows(
  file: SignalFile,
  dataset: Dataset,
  symbols: readonly string[],
  { signal }: Pick<OperationOptions, "signal">,
): Promise<SignalRows> {
  const isTicks = dataset.manifest.schema.columns.some(({ type }) => type === "timestamp[ns]");
  const symbol = (symbols.length === 1 ? symbols[0] : undefined) ?? unnamed;
  const read = async (badRows: "error" | "nan"): Promise<SignalRows> => {
    await using source = await file.open({
      symbol,
      kind: isTicks ? "ticks" : "bars",
      badRows,
      of: dataset.manifest,
    });
    return await readSignals(source, { path: file.label, set: file.set, signal });
  };
  const rows = await read("error").catch(async (error: unknown) => {
    const first = withoutSkipping(error);
    if (!isAtcError(first, "ATC_INVALID_DATA") || first.details["reason"] !== "number") throw first;
    // Read again, so that a text that is not a number is the fault of its symbol alone.
    return await read("nan").catch(() => Promise.reject(first));
  });
  if (!rows.symbols.has(unnamed)) return rows;
  throw new AtcError(
    "ATC_INVALID_CONFIG",
    `signals is "${file.label}", which has no column "symbol", but the data has ${symbols.length} symbols; add the column, or choose a symbol (--symbols ${symbols[0]})`,
    { details: { key: "signals", path: file.label } },
  );
}

function chosenOf<Value>(all: ReadonlyMap<string, Value>, symbols: readonly string[]): Map<string, Value> {
  const chosen = new Map<string, Value>();
  for (const symbol of symbols) {
    const one = all.get(symbol);
    if (one !== undefined) chosen.set(symbol, one);
  }
  return chosen;
}

function membersDigest(members: Members, symbols: readonly string[]): string {
  const content = symbols.map((symbol) => [symbol, members.get(symbol) ?? []]);
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

/**
 * Warns if a shared account divides the weights of a file by the number of symbols because nobody set `weights`. Most
 * programs write parts of the whole account.
 */
function warnOfShares(runtime: Runtime, { label, set }: SignalFile, symbolCount: number): void {
  const { config, loaded } = runtime;
  if (set.signal !== "weight" || config.account !== "shared" || symbolCount < 2) return;
  if (config.weights !== "equal" || loaded.origins.weights.kind !== "default") return;
  runtime.warn(
    `"${label}" gives weights, and weights is equal by default: each is a part of 1/${symbolCount} of the account; use --weights full if they are parts of the whole account, or --weights equal to keep this`,
  );
}

/**
 * Reads the decisions of a run from the file under `signals`, if there is one, and restricts them to members.
 *
 * @param symbols - the symbols of the run
 * @throws ATC_INVALID_CONFIG if the file has no column of symbols and the run has several; what the source throws
 */
export async function runDecisions(
  given: Runtime,
  dataset: Dataset,
  chosen: ChosenStrategy,
  { symbols, signal }: Pick<OperationOptions, "signal"> & { readonly symbols: readonly string[] },
): Promise<RunDecisions> {
  const { signals: file, members: memberFile } = chosen;
  if (file !== undefined) warnOfShares(given, file, symbols.length);
  const rows = file === undefined ? undefined : await readRows(file, dataset, symbols, { signal });
  const unrestricted: AnyBoundStrategy = rows === undefined ? chosen.on(dataset) : signalStrategy(rows);
  const members = memberFile?.members;
  const used = { dataset, symbols };
  return {
    runtime:
      file === undefined
        ? runtimeFor(given, chosen)
        : { ...given, config: { ...given.config, signal: file.set.signal } },
    strategy: members === undefined ? unrestricted : withMembers(unrestricted, members),
    partsOf: (some) => ({
      ...(rows === undefined ? {} : { decided: { set: rows.set, symbols: chosenOf(rows.symbols, some) } }),
      ...(members === undefined ? {} : { members: chosenOf(members, some) }),
    }),
    keyPart: (some) => ({
      ...(rows === undefined ? {} : { signalsContent: signalsDigest(rows, some) }),
      ...(members === undefined ? {} : { membersContent: membersDigest(members, some) }),
    }),
    notes: () => [
      ...(rows === undefined || file === undefined ? [] : signalNotes(rows, file.label, used)),
      ...(memberFile === undefined ? [] : memberNotes(memberFile, used)),
    ],
  };
}
