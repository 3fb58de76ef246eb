import { type SignalSet, signalSets } from "@atc/backtest";
import type { DataSource, DatasetManifest, JsonValue, RowKind } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import type { ReadingOptions } from "../data/open-source.ts";
import { openSource } from "../data/open-source.ts";
import { configuredFile } from "../wiring/configured-path.ts";
import type { Runtime } from "../wiring/runtime.ts";

const columnNames: readonly string[] = signalSets.flatMap(({ columns }) => columns);

/** The file of decisions under the key `signals`. */
export interface SignalFile {
  /** The path as the user gave it. */
  readonly label: string;
  /** Its absolute path. */
  readonly path: string;
  /** The columns that decide. */
  readonly set: SignalSet;
  /** Opens it as a table of these columns. */
  open(options: {
    readonly symbol: string;
    readonly kind: RowKind;
    readonly badRows: "error" | "nan";
    /** The data whose bars the rows are for. */
    readonly of: DatasetManifest;
  }): Promise<DataSource>;
}

type SourceOptions = Readonly<Record<string, JsonValue>>;

/** The options of the data's reading that say what a time without a zone means. They hold for this file too. */
const zoneOptions: readonly string[] = ["timeZone", "disambiguation"];

function zoneOf(options: SourceOptions): SourceOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => zoneOptions.includes(name)));
}

function objectOf(value: unknown): SourceOptions {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as SourceOptions) : {};
}

/** The options of time that the files of a dataset were read with; none if those of its files differ. */
function recordedZone({ attributes }: DatasetManifest): SourceOptions {
  const parts = objectOf(objectOf(attributes["source"])["parts"]);
  const files = Array.isArray(parts["files"]) ? parts["files"] : [parts];
  const [first = {}, ...others] = files.map((file) => zoneOf(objectOf(objectOf(file)["options"])));
  return others.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? first : {};
}

function refusal(label: string, what: string, details: Readonly<Record<string, string>> = {}): AtcError {
  return new AtcError("ATC_INVALID_CONFIG", `signals is "${label}": ${what}`, {
    details: { key: "signals", path: label, ...details },
  });
}

/** Refuses a strategy beside the file. */
function checkAlone({ config: { strategy, parameters } }: Runtime, label: string, given: boolean): void {
  const others = [
    ...(given ? ["a strategy in code"] : []),
    ...(strategy === "atc" ? [] : [`the strategy "${strategy}"`]),
    ...(Object.keys(parameters).length === 0 ? [] : ["parameters"]),
  ];
  if (others.length === 0) return;
  const what = `the file decides instead of a strategy, but ${others.join(" and ")} is set too`;
  throw refusal(label, `${what}; remove signals (--signals none), or strategy and parameters (--strategy atc)`);
}

/** The columns that decide: those of `signal` if it is set, else the only set that the file has. */
function setOf(runtime: Runtime, label: string, found: readonly string[]): SignalSet {
  const { signal } = runtime.config;
  const isGiven = runtime.loaded.origins.signal.kind !== "default";
  const whole = signalSets.filter(({ columns }) => columns.every((name) => found.includes(name)));
  const chosen = isGiven ? whole.filter((set) => set.signal === signal) : whole;
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return only;
  const has = found.length === 0 ? "no column of decisions" : `the columns ${found.join(", ")}`;
  if (whole.length > 1 && !isGiven) {
    const choices = whole.map((set) => `signal: ${set.signal} for ${set.columns.join(", ")}`).join("; ");
    throw refusal(label, `it has ${has}; choose with ${choices}`);
  }
  if (whole.length > 0)
    throw refusal(label, `signal is ${signal}, but it has ${has}; remove signal, or add the columns`, { signal });
  throw refusal(
    label,
    `it has ${has}; it needs direction, or weight, or longEntry, longExit, shortEntry and shortExit beside time and symbol`,
  );
}

/**
 * Opens the file under the key `signals` as far as its header; undefined without one. Its columns decide what it
 * means: `direction`, `weight`, or the four entries and exits.
 *
 * @param options.strategy - whether the caller gives a strategy in code
 * @throws ATC_INVALID_CONFIG if a strategy is set too, if it has no columns of decisions, or several sets of them and
 * `signal` is not set; ATC_NOT_FOUND; what the source throws
 */
export async function signalFile(
  runtime: Runtime,
  { sourceOptions = {} }: ReadingOptions,
  { strategy }: { readonly strategy: boolean },
): Promise<SignalFile | undefined> {
  const { signals: label } = runtime.config;
  if (label === undefined) return undefined;
  checkAlone(runtime, label, strategy);
  const path = configuredFile(runtime, "signals", label);
  const given = zoneOf(sourceOptions);
  const open = async (values: readonly string[], options: SourceOptions, zone = given): Promise<DataSource> => {
    const common = { values: [...values], extra: "drop", ...options };
    try {
      return await openSource(runtime, [path], { sourceOptions: { ...zone, ...common } });
    } catch (error) {
      // Times that name their zone need none, though those of the data do.
      if (!isAtcError(error, "ATC_INVALID_ARGUMENT") || error.details["option"] !== "timeZone") throw error;
      return await openSource(runtime, [path], { sourceOptions: common });
    }
  };
  await using probe = await open(columnNames, { symbol: "unnamed" });
  const found = probe.columns.flatMap(({ name }) => (columnNames.includes(name) ? [name] : []));
  const set = setOf(runtime, label, found);
  return {
    label,
    path,
    set,
    open({ of, ...options }) {
      // Bars of instants have no dates: the row of a date is that of its midnight.
      const times: SourceOptions = of.timeIs === "date" ? {} : { timeIs: "instant" };
      const zone = Object.keys(given).length > 0 ? given : recordedZone(of);
      return open(set.columns, { ...options, ...times }, zone);
    },
  };
}
