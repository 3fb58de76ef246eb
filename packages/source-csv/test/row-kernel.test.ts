import { LF } from "@atc/plugin-kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agree, layoutOf, parsed } from "./parsed-both-ways.ts";

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most });
const number = fc.oneof(
  fc.tuple(fc.constantFrom("", "-", "+"), digits(0, 22), fc.constantFrom("", "."), digits(0, 8)).map((p) => p.join("")),
  fc.tuple(digits(1, 4), digits(2, 2)).map((parts) => parts.join(".")),
  fc.double({ noNaN: true }).map(String),
  fc.tuple(digits(1, 12), digits(1, 12)).map((parts) => parts.join(".")),
  fc.bigInt(0n, 10n ** 19n - 1n).map(String),
  // Halfway between two doubles, or next to it.
  fc
    .tuple(fc.bigInt(2n ** 53n, 2n ** 60n), fc.integer({ min: -1, max: 1 }))
    .map(([n, more]) => String((n << 2n) + 2n + BigInt(more))),
  fc.double({ min: 0.001, max: 1e6, noNaN: true }).map(String),
  fc.constantFrom("", "nan", "x", "1e5", "1.2.3", " 1", "1 ", '"1"', "-0", "0", ".5", "5.", ".", "-", "1e400", "é"),
);
const name = fc.oneof(
  fc.constantFrom("A", "AAPL", "BRK.B", "ES 24", "EURUSD=X", "Ω", "🦄", "a/b", "A", "a"),
  fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, "")),
);
const eol = fc.constantFrom("\n", "\r\n", "\n", "\n");
const clock = fc
  .tuple(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 61 }), fc.integer({ min: 0, max: 61 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const date = fc.oneof(
  fc
    .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((at) => at.toISOString().slice(0, 10)),
  fc.constantFrom(
    "2024-02-29",
    "2023-02-29",
    "2024-13-01",
    "2024-01-32",
    "2024-04-31",
    "2024/01/05",
    "2024.01.05",
    "2024-01/05",
    "20240105",
    "1969-12-31",
    "1677-09-20",
    "2262-04-12",
    "2261-12-31",
  ),
);
const time = fc
  .tuple(
    date,
    fc.constantFrom("T", " ", "t", ""),
    clock,
    fc.constantFrom("", ".5", ".123", ".123456789", ".1234567890", "."),
    fc.constantFrom("", "Z", "+00:00", "+01:00"),
  )
  .map((parts) => parts.join(""));
const shortTime = fc
  .tuple(date, fc.constantFrom(" 09:30", " 9:30", "", "T16:00:00", " 16:00:00.25"))
  .map((p) => p.join(""));

/** A time of 1700 to 2299 as digits of a date, or of 1960 to 2110 since 1970. */
const anyForm = fc.oneof(
  fc
    .tuple(
      fc.date({ min: new Date("1700-01-01"), max: new Date("2299-12-31"), noInvalidDate: true }),
      fc.constantFrom(8, 12, 14, 17),
    )
    .map(([at, length]) => at.toISOString().replaceAll(/\D/g, "").slice(0, length)),
  fc
    .tuple(
      fc.integer({ min: -300_000_000, max: 4_400_000_000 }),
      fc.constantFrom("", "000", "123456", "999999999", ".5"),
    )
    .map((parts) => parts.join("")),
);

const header = "symbol,timestamp,open,high,low,close,volume";
const row = (at: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(name, at, number, number, number, number, number, eol)
    .map((parts) => `${parts.slice(0, -1).join(",")}${parts.at(-1)}`);
const rows = (one: fc.Arbitrary<string>): fc.Arbitrary<string[]> => fc.array(one, { maxLength: 20 });

describe("the kernel and TypeScript read the same", () => {
  const iso = "A,2024-01-02 09:30:00,1,1,1,1,1";
  const zoned = "A,2024-01-02T09:30:00Z,1,1,1,1,1";
  for (const [what, sample, one] of [
    ["rows of any shape", iso, row(fc.oneof(time, shortTime))],
    ["times with zones", zoned, row(time)],
    ["seconds since 1970", "A,1700000000,1,1,1,1,1", row(fc.oneof(digits(0, 20), fc.constantFrom("-5", "1.5")))],
    ["milliseconds since 1970", "A,1700000000123,1,1,1,1,1", row(digits(0, 20))],
    ["numbers of any form", "A,1700000000123,1,1,1,1,1", row(fc.oneof(anyForm, digits(8, 19)))],
    ["digits of dates", "A,20240102,1,1,1,1,1", row(fc.oneof(anyForm, digits(8, 8)))],
  ] as const)
    it(what, () => {
      fc.assert(
        fc.property(rows(one), fc.constantFrom("bars", "ticks"), (some, kind) => {
          agree(header, sample, some, { kind });
        }),
        { numRuns: 300 },
      );
    });

  it("other separators, a time of day of its own, columns that are left out", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(";", "\t", "|"),
        rows(fc.tuple(date, clock, name, number, number, eol).map((parts) => parts.join("~"))),
        (separator, some) => {
          const lines = some.map((line) => line.replace(/~(?=\r?\n$)/, "").replaceAll("~", separator));
          const names = ["date", "time", "note", "close", "volume"].join(separator);
          const sample = ["2024-01-02", "09:30:00", "x", "1", "1"].join(separator);
          agree(names, sample, lines, { separator });
        },
      ),
      { numRuns: 300 },
    );
  });

  const start = "2024-01-02T09:3";
  const instants = [
    `${start}0`,
    `${start}0:00`,
    `${start}0:00.000`,
    `${start}0:00.000000000`,
    `${start}0:00.0000000000`,
  ];
  const repeated = fc.oneof(
    fc
      .tuple(
        fc.constantFrom(...instants, `${start}1:00.000`, "2024-01-02"),
        fc.constantFrom("", "Z", "z", "+00:00", "x", " "),
      )
      .map((parts) => parts.join("")),
    fc.constantFrom(`${start}0:00.00Z`, `${start}0:00.0005Z`, `${start}0:00.Z`, "2024-01-03T09:30:00.000Z", ""),
  );
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const nested = fc.oneof(
    fc.constantFrom(...[1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 26].map((length) => alphabet.slice(0, length))),
    fc.constantFrom(
      '"A"',
      '" A"',
      '"A "',
      " A",
      "A ",
      "\tA",
      '"""A"',
      '"A,B"',
      "A\rB",
      '"A\rB"',
      "ABCDEFGZ",
      "ABCDEFGHZ",
    ),
  );
  for (const [what, names] of [
    ["in front", ["symbol", "timestamp", "close"]],
    ["the time last", ["close", "symbol", "timestamp"]],
    ["the symbol last", ["timestamp", "close", "symbol"]],
    ["a column left out last", ["timestamp", "symbol", "close", "note"]],
  ] as const)
    it(`times that are alike and names that start alike, ${what}`, () => {
      const samples: Record<string, string> = {
        symbol: "A",
        timestamp: "2024-01-02T09:30:00.000Z",
        close: "1",
        note: "x",
      };
      const fields: Record<string, fc.Arbitrary<string>> = {
        symbol: nested,
        timestamp: repeated,
        close: fc.constantFrom("1", "12345.67", "-1.5", "123456789.125", "-12345678"),
        note: fc.constantFrom("", "x", "x\ry", '"x', " x", "x ", "x".repeat(100)),
      };
      const line = fc
        .tuple(...names.map((one) => fields[one] as fc.Arbitrary<string>), eol)
        .map((parts) => parts.join("~"));
      fc.assert(
        fc.property(
          fc.constantFrom(",", ";", "\t"),
          fc.constantFrom("bars", "ticks"),
          fc.boolean(),
          rows(line),
          (separator, kind, isZoned, some) => {
            const lines = some.map((text) => text.replace(/~(?=\r?\n$)/, "").replaceAll("~", separator));
            const sample = names.map((one) => samples[one]).join(separator);
            agree(names.join(separator), isZoned ? sample : sample.replace("Z", ""), lines, { kind, separator });
          },
        ),
        { numRuns: 400 },
      );
    });

  it("each of many times after each other, to a last row without a line end", () => {
    const clocks = ["09:30", "09:30:00", "09:31:00", "10:30:00", "09:30:00.000", "09:30:00.500", "09:30:00.0000001"];
    const times = ["2024-01-02", "2024-01-12", "2025-01-02"].flatMap((day) =>
      clocks.flatMap((one) => ["", "Z", "z", "+00:00", "+01:00", "x"].map((zone) => `${day}T${one}${zone}`)),
    );
    for (const kind of ["bars", "ticks"])
      for (const zone of ["", "Z"])
        for (const first of times) {
          const lines = times.map((second) => `A,${first},1\nA,${second},2\n`);
          const sample = `A,2024-01-02T09:30:00${zone},1`;
          for (const end of ["", `A,${first},3`, `A,${first},3\r`])
            agree("symbol,timestamp,close", sample, [...lines, end], { kind });
        }
  });

  it("text that ends within a row", () => {
    const start = `${header}\n${iso}\n`;
    const text = new TextEncoder().encode(`${start}${`${iso}234\n`.repeat(9)}${iso}\r\n${iso}.25\n`);
    const layout = layoutOf(start);
    for (let end = start.length; end <= text.length; end++) {
      const cut = text.subarray(0, end);
      const plain = parsed(layout, cut, false, false);
      expect(parsed(layout, cut, true, false).result).toEqual(plain.result);
      expect(plain.result).toMatchObject({ position: cut.lastIndexOf(LF) + 1 });
    }
  });

  it("rows of many columns and rows longer than the kernel looks ahead", () => {
    for (const count of [3, 30, 300, 1000]) {
      const names = ["timestamp", "close", ...Array.from({ length: count }, (_, i) => `c${i}`)].join(",");
      for (const length of [1, 12, 19, 40]) {
        const line = (i: number): string =>
          `${1700000000 + i},${Array.from({ length: count + 1 }, (_, j) => String((i + 1) * (j + 1)).padStart(length, "0")).join(",")}`;
        const taken = agree(
          names,
          line(0),
          Array.from({ length: 40 }, (_, i) => `${line(i)}\n`),
        );
        // The sample is a row too. No number of 40 digits is the kernel's.
        expect(taken).toBe(length < 40 ? 41 : 0);
      }
    }
  });

  // One row for each new symbol is not the kernel's.
  it("nearly all rows of a usual file are the kernel's", () => {
    const prices = Array.from(
      { length: 60 },
      (_, i) =>
        `S${i % 3},2024-01-02 09:${10 + (i % 50)}:00,${100 + i}.25,${i}.5,0.1234567890123456${i % 10},${i},${i * 1000}\n`,
    );
    expect(agree(header, iso, prices)).toBe(57);
  });
});

it("reads numbers as Number() does, bit for bit", () => {
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 60 }), (texts) => {
      const plain = texts.filter((text) => /^-?(\d+\.?\d*|\.\d+)$/.test(text));
      const layout = layoutOf("timestamp,close\n1700000000,1\n");
      const text = new TextEncoder().encode(`timestamp,close\n${plain.map((one) => `1700000000,${one}\n`).join("")}`);
      const { result } = parsed(layout, text, true);
      const wanted = [...new Int32Array(Float64Array.from(plain, Number).buffer)];
      expect((result as { numbers: number[][] }).numbers[1]).toEqual(wanted);
    }),
    { numRuns: 1000 },
  );
});
