import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { readText } from "./temporary-file.ts";

// Megabytes are read; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

/** The closes of a file that has one row for each text. */
async function parsed(texts: readonly string[]): Promise<readonly number[]> {
  const rows = texts.map((text) => `2024-01-01,${text}`).join("\n");
  const { numbers } = await readText(`date,close\n2024-01-01,1\n${rows}\n`, { badRows: "nan" });
  return (numbers["close"] ?? []).slice(1);
}

async function expectExact(texts: readonly string[]): Promise<void> {
  const values = await parsed(texts);
  for (const [i, text] of texts.entries()) {
    const wanted = Number(text);
    // A price that overflows the double is a bad one.
    if (!Object.is(values[i], Number.isFinite(wanted) ? wanted : Number.NaN))
      throw new Error(`${text} was read as ${values[i]}, not ${wanted}`);
  }
}

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((list) => list.join(""));
const mantissa = fc.oneof(
  digits(1, 30),
  fc.tuple(digits(1, 20), digits(0, 30)).map(([a, b]) => `${a}.${b}`),
  digits(1, 30).map((fraction) => `.${fraction}`),
);
const exponent = fc.oneof(
  fc.constant(""),
  fc
    .tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), fc.integer({ min: 0, max: 340 }))
    .map((e) => e.join("")),
);
const decimal = fc.tuple(fc.constantFrom("", "-", "+"), mantissa, exponent).map((parts) => parts.join(""));

it("reads every decimal number as Number() does, bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(decimal, { minLength: 1, maxLength: 300 }), async (texts) => {
      await expectExact(texts);
    }),
    { numRuns: 60 },
  );
});

it("reads every double as JavaScript writes it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }),
      async (values) => {
        await expectExact(values.map(String));
      },
    ),
    { numRuns: 60 },
  );
});

it("reads the numbers that slow or hasty parsers round wrong", async () => {
  await expectExact([
    ...["0", "-0", "+0", "0.0", "-0.000", "5.", ".5", "00012.50", "1e22", "1e23", "123456789e-22", "8.5e-7"],
    ...["9007199254740993", "9007199254740992", "9007199254740991.5", "999999999999999", "9999999999999999"],
    ...["0.1000000000000000055511151231257827", "2.2250738585072011e-308", "2.2250738585072012e-308", "4.9e-324"],
    ...[
      "1.7976931348623157e308",
      "1.7976931348623159e308",
      "0.000000000000000000000000000000000001",
      "1e-400",
      "1e400",
    ],
    ...[
      "2147483647",
      "2147483648",
      "4294967296",
      "999999999",
      "9999999999",
      "0.999999999",
      "1234567.891",
      "12345678.91",
    ],
  ]);
});

it("reads only decimal numbers as numbers", async () => {
  const texts = ["0x10", "1e", "1e+", "1_000", "1,5", "abc", "1.2.3", "--1", ".", "-", "+", "Infinity", "1 2", "١"];
  const { badRows, numbers } = await readText(
    `date;close\n2024-01-01;1\n${texts.map((text) => `2024-01-01;${text}`).join("\n")}\n`,
    { badRows: "nan" },
  );
  expect(badRows.map(({ reason, text }) => [reason, text])).toEqual(texts.map((text) => ["number", text]));
  expect(numbers["close"]?.slice(1)).toEqual(texts.map(() => Number.NaN));
});

it("keeps volumes beyond 2^53 as doubles", async () => {
  const { numbers } = await readText("date,close,volume\n2024-01-01,1,92233720368547758070\n");
  expect(numbers["volume"]).toEqual([Number("92233720368547758070")]);
});
