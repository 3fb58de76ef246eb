import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  ArrayStore,
  Dataset,
  DatasetLock,
  DatasetManifest,
  DatasetPlan,
  DatasetWriter,
  JsonObject,
  SeriesColumns,
  TypedArray,
} from "@atc/contract";
import { AtcError } from "@atc/contract";

/** What a test sees of its store. */
export interface MemoryStore extends ArrayStore {
  /** A column of a published symbol. */
  column(dataset: string, symbol: string, column: string): readonly (number | bigint)[];
  /** Files in the scratch directory. */
  scratchFiles(): string[];
  /** Writers that neither published nor were aborted. */
  readonly openWriters: number;
  readonly locked: ReadonlySet<string>;
  /** Called by `write`; may throw. */
  onWrite: ((symbol: string, row: number, columns: SeriesColumns) => void) | undefined;
  readonly plans: DatasetPlan[];
}

type Stored = Map<string, Map<string, (number | bigint)[]>>;

/** A store in memory that checks its callers. Its scratch directory is real. */
export function memoryStore(options: { readonly scratch?: boolean } = {}): MemoryStore {
  const scratch = options.scratch === false ? undefined : mkdtempSync(join(tmpdir(), "ingest-test-"));
  const data = new Map<string, Stored>();
  const manifests = new Map<string, DatasetManifest>();
  const locked = new Set<string>();
  let openWriters = 0;

  function writerOf({ name }: DatasetLock, plan: DatasetPlan): DatasetWriter {
    const stored: Stored = new Map(plan.series.map(({ symbol }) => [symbol, new Map()]));
    if (stored.size !== plan.series.length) throw new AtcError("ATC_INVALID_ARGUMENT", "a symbol is planned twice");
    let open = true;
    openWriters++;
    const close = (): void => {
      if (open) openWriters--;
      open = false;
    };
    return {
      async write(symbol, row, columns) {
        await Promise.resolve();
        store.onWrite?.(symbol, row, columns);
        append(stored, plan, symbol, row, columns);
      },
      async publish(attributes = {}) {
        await Promise.resolve();
        const manifest = manifestOf(name, plan, stored, attributes, (manifests.get(name)?.generation ?? 0) + 1);
        data.set(name, stored);
        manifests.set(name, manifest);
        close();
        return manifest;
      },
      async abort() {
        await Promise.resolve(close());
      },
      async [Symbol.asyncDispose]() {
        await Promise.resolve(close());
      },
    };
  }

  const store: MemoryStore = {
    onWrite: undefined,
    plans: [],
    locked,
    get openWriters() {
      return openWriters;
    },
    scratchFiles: () => (scratch === undefined ? [] : readdirSync(scratch)),
    column(dataset, symbol, column) {
      return data.get(dataset)?.get(symbol)?.get(column) ?? [];
    },
    async lock(name) {
      await Promise.resolve();
      if (locked.has(name)) throw new AtcError("ATC_LOCKED", `"${name}" is being written`);
      locked.add(name);
      return {
        name,
        scratch,
        async [Symbol.asyncDispose]() {
          await Promise.resolve(locked.delete(name));
        },
      };
    },
    async create(lock, plan) {
      await Promise.resolve(store.plans.push(plan));
      if (!locked.has(lock.name)) throw new AtcError("ATC_INVALID_ARGUMENT", "the lock is not held");
      return writerOf(lock, plan);
    },
    open: (): Promise<Dataset> => Promise.reject(new AtcError("ATC_UNSUPPORTED", "not needed by these tests")),
    find: (name) => Promise.resolve(manifests.get(name)),
    list: () => Promise.resolve([...manifests.keys()].sort((a, b) => (a < b ? -1 : 1))),
    delete: (name) => Promise.resolve(manifests.delete(name) && data.delete(name)),
    async [Symbol.asyncDispose]() {
      await Promise.resolve();
      if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    },
  };
  return store;
}

function append(stored: Stored, plan: DatasetPlan, symbol: string, row: number, columns: SeriesColumns): void {
  const series = stored.get(symbol);
  const planned = rowsOf(plan, symbol);
  const times = columns["timestamp"] as BigInt64Array;
  const before = series?.get("timestamp") ?? [];
  if (series === undefined || planned === undefined || before.length !== row || row + times.length > planned)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${symbol}" row ${row} is outside the plan`);
  for (const { name } of plan.schema.columns) {
    const array = columns[name] as TypedArray;
    if (array.length !== times.length) throw new AtcError("ATC_INVALID_ARGUMENT", `"${name}" is of another length`);
    series.set(name, [...(series.get(name) ?? []), ...array]);
  }
  const all = series.get("timestamp") as bigint[];
  for (let i = Math.max(1, row); i < all.length; i++)
    if ((all[i] as bigint) < (all[i - 1] as bigint)) throw new AtcError("ATC_INVALID_DATA", "times go back");
}

/** Planned rows by symbol, made once per plan. */
const plannedRows = new WeakMap<DatasetPlan, Map<string, number>>();
function rowsOf(plan: DatasetPlan, symbol: string): number | undefined {
  const known = plannedRows.get(plan) ?? new Map(plan.series.map((series) => [series.symbol, series.rows]));
  plannedRows.set(plan, known);
  return known.get(symbol);
}

function manifestOf(
  name: string,
  plan: DatasetPlan,
  stored: Stored,
  attributes: JsonObject,
  generation: number,
): DatasetManifest {
  const series = plan.series.map(({ symbol, rows }) => {
    const times = (stored.get(symbol)?.get("timestamp") ?? []) as bigint[];
    if (times.length !== rows) throw new AtcError("ATC_INVALID_ARGUMENT", `"${symbol}" has rows missing`);
    return { symbol, rows, firstTime: times[0] as bigint, lastTime: times.at(-1) as bigint };
  });
  const rows = series.reduce((sum, each) => sum + each.rows, 0);
  return {
    name,
    formatVersion: 1,
    generation,
    schema: plan.schema,
    fingerprint: plan.fingerprint,
    rows,
    bytes: rows * 8 * plan.schema.columns.length,
    series: series.sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    createdAt: 0,
    attributes: JSON.parse(JSON.stringify(attributes)) as JsonObject,
  };
}
