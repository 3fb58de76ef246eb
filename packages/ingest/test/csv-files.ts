import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";

const times = new Map<number, string>();

/** A time in ms as ISO 8601 text. Each is made once: tests write the same ones again and again. */
function isoTime(ms: number): string {
  const known = times.get(ms);
  if (known !== undefined) return known;
  const text = new Date(ms).toISOString();
  times.set(ms, text);
  return text;
}

/** Directories that are removed after each test. */
export function temporaryDirectories(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  return () => {
    const directory = mkdtempSync(join(tmpdir(), "atc-ingest-test-"));
    made.push(directory);
    return directory;
  };
}

/**
 * Writes a CSV file of bars of `symbols` symbols: out of order, with equal times, quotes with line ends in them and
 * rows that are bad.
 */
export function writeBars(
  directory: string,
  rows: number,
  { symbols = 7, quotes = true }: { readonly symbols?: number; readonly quotes?: boolean } = {},
): string {
  const path = join(directory, "bars.csv");
  let state = 7;
  const next = (most: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % most;
  };
  const lines = ["symbol,timestamp,open,high,low,close,volume,note"];
  for (let row = 0; row < rows; row++) {
    const time = isoTime(Date.UTC(2024, 0, 1) + 60_000 * ((row >> 3) + next(5)));
    const close = next(100_000) / 100;
    const note = quotes && row % 41 === 0 ? '"two\nlines, ""quoted"""' : "plain";
    const volume = row % 997 === 500 ? "many" : String(next(1000));
    lines.push(`S${next(symbols)},${time},${close},${close + 1},${close / 2},${close},${volume},${note}`);
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** The bytes of a dataset's segments, and its manifest without what differs between two ingests of one file. */
export function datasetBytes(directory: string, name: string): object {
  const folder = join(directory, name);
  const files = readdirSync(folder).filter((entry) => entry.endsWith(".arrow"));
  const { attributes, series, rows } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  return {
    attributes,
    series,
    rows,
    segments: files.map((file) => readFileSync(join(folder, file)).toString("base64")),
  };
}

/** Sound bars. */
export interface PlainBars {
  readonly rows?: number;
  readonly symbols?: number;
  /** The minute of a symbol's bar, by the number of the bar. Default: the same number. */
  readonly minute?: (bar: number) => number;
  /** Another line for a row, by the number of the row. */
  readonly line?: (row: number) => string | undefined;
  readonly header?: string;
}

/** Writes a CSV file of bars, one of each symbol in turn. */
export function writePlainBars(directory: string, options: PlainBars = {}): string {
  const { rows = 30_000, symbols = 3, minute = (bar) => bar, line = () => undefined, header } = options;
  const path = join(directory, "plain.csv");
  const lines = [header ?? "symbol,timestamp,open,high,low,close,volume"];
  for (let row = 0; row < rows; row++) {
    const time = isoTime(Date.UTC(2020, 0, 1) + 60_000 * minute(Math.floor(row / symbols)));
    const close = 100 + ((row * 7919) % 101) / 100;
    lines.push(line(row) ?? `S${row % symbols},${time},${close},${close + 1},${close - 1},${close},${row % 1000}`);
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** The line of a bar, by the number of its row, whose unit of time changes from ms to us at the row `change`. */
export function epochLine(change: number, symbols = 3): (row: number) => string {
  return (row) => {
    const ms = BigInt(Date.UTC(2020, 0, 1) + 60_000 * Math.floor(row / symbols));
    return `S${row % symbols},${row < change ? ms : ms * 1000n},100,101,99,100.5,${row % 1000}`;
  };
}
