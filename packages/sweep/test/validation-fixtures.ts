import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { ReturnMatrix } from "../src/validation/base/return-matrix.ts";
import type { StationaryBlocks } from "../src/validation/base/stationary-blocks.ts";

function pathOf(name: string): URL {
  return new URL(`fixtures/validation/${name}`, import.meta.url);
}

/** A fixture, typed by the test that reads it. */
export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(pathOf(`${name}.json`), "utf8")) as T;
}

/** The lines of a table, without its header. */
export function readLines(name: string): readonly (readonly string[])[] {
  const [, ...lines] = readFileSync(pathOf(`${name}.csv`), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => line.split(","));
}

/** A matrix of rows. */
export function matrixOf(rows: readonly (readonly number[])[], columns: number = rows[0]?.length ?? 0): ReturnMatrix {
  return { rows: rows.length, columns, values: Float64Array.from(rows.flat()) };
}

/** The returns of 1,000 bars and 60 configurations. */
export function readReturns(): ReturnMatrix {
  const bytes = readFileSync(pathOf("returns.i32"));
  const values = Float64Array.from({ length: 60_000 }, (_, place) => bytes.readInt32LE(place * 4) / 1e6);
  return { rows: 1000, columns: 60, values };
}

export function readTies(): ReturnMatrix {
  return matrixOf(readLines("ties").map((line) => line.map(Number)));
}

/** Some columns of a matrix. */
export function columnsOf({ rows, columns, values }: ReturnMatrix, kept: readonly number[]): ReturnMatrix {
  return matrixOf(
    Array.from({ length: rows }, (_, row) => kept.map((column) => values[row * columns + column] ?? Number.NaN)),
    kept.length,
  );
}

/**
 * Expects a value within 1e-9, relative, or 1e-12, absolute; undefined for null; and the like for lists and objects.
 */
export function expectClose(actual: unknown, expected: unknown, place = "value"): void {
  if (expected === null) expect(actual, place).toBeUndefined();
  else if (typeof expected === "number") {
    const difference = Math.abs(Number(actual) - expected);
    const allowed = Math.max(1e-12, 1e-9 * Math.abs(expected));
    expect(difference <= allowed, `${place} is ${String(actual)}, not ${expected}`).toBe(true);
  } else if (Array.isArray(expected)) {
    const list = Array.from(actual as ArrayLike<unknown>);
    expect(list.length, place).toBe(expected.length);
    expected.forEach((value, index) => {
      expectClose(list[index], value, `${place}[${index}]`);
    });
  } else if (typeof expected === "object") {
    for (const [key, value] of Object.entries(expected as object))
      expectClose((actual as Record<string, unknown>)[key], value, `${place}.${key}`);
  } else expect(actual, place).toBe(expected);
}

/** The rows of a sample, one by one. */
export function sampledRows({ count, starts, lengths }: StationaryBlocks, rows: number): readonly number[] {
  return Array.from({ length: count }, (_, block) =>
    Array.from({ length: lengths[block] ?? 0 }, (__, place) => ((starts[block] ?? 0) + place) % rows),
  ).flat();
}
