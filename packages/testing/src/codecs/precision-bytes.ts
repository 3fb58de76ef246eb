import { type SampleBytes, seededRandom } from "../base/sample-bytes.ts";

type Column = (length: number, next: () => number) => Float64Array;

function fill(length: number, value: (i: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, i) => value(i));
}

/** Columns of doubles that are not decimals, by their origin; `next` returns numbers in [0, 1). */
const columns: Readonly<Record<string, Column>> = {
  "sines near 0.52": (length) => fill(length, (i) => 0.52 + Math.sin(i) / 100),
  averages: (length, next) => {
    const magnitude = 10 ** Math.floor(next() * 30 - 15);
    let average = magnitude * (0.5 + next() / 2);
    return fill(length, () => {
      average += 0.1 * (magnitude * (0.5 + next() / 2) - average);
      return average;
    });
  },
  equities: (length, next) => {
    let capital = 1;
    return fill(length, () => {
      capital *= 1 + (next() - 0.5) / 50;
      return capital;
    });
  },
  quotients: (length, next) => fill(length, () => Math.round(next() * 1e4) / Math.round(1 + next() * 1e4)),
  "every magnitude": (length, next) => fill(length, () => (next() - 0.5) * 10 ** (next() * 630 - 322)),
  "any bits": (length, next) =>
    new Float64Array(Uint32Array.from({ length: 2 * length }, () => next() * 2 ** 32).buffer),
};

const lengths = [1, 2, 17, 60, 300, 2100];

/** Columns of float64 in full precision, such as averages, equities and quotients, in several lengths each. */
export function precisionBytes(): readonly SampleBytes[] {
  return Object.entries(columns).flatMap(([name, make], kind) =>
    lengths.flatMap((length) =>
      [1, 2, 3].map((seed) => {
        const random = seededRandom(1000 * kind + 10 * length + seed);
        const values = make(length, () => random() / 2 ** 32);
        return { name: `${length} float64 of ${name}, seed ${seed}`, bytes: new Uint8Array(values.buffer) };
      }),
    ),
  );
}
