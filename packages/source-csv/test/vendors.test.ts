import { isAtcError } from "@atc/contract";
import { expect, it } from "vitest";
import { pastedOptions } from "./pasted-options.ts";
import { fileOf, read } from "./temporary-file.ts";
import { type VendorFile, vendorFiles } from "./vendor-files.ts";

const cases = vendorFiles.map((file) => [file.vendor, file] as const);

it.each(cases)("reads a file of %s", async (_, file) => {
  const { kind, symbols, times, numbers, badRows } = await read(fileOf(file.text), pastedOptions(file.flags ?? ""));
  const unit = kind === "ticks" ? 1_000_000n : 1n;
  expect([kind, symbols[0], times[0], badRows]).toEqual([
    file.kind ?? "bars",
    file.symbol ?? "bars",
    BigInt(Date.parse(file.time)) * unit,
    [],
  ]);
  expect(numbers["close"]?.[0]).toBeCloseTo(file.close, 12);
  expect(numbers["volume"]?.[0]).toBe(file.volume);
  if (file.kind === undefined && file.close === 1.2 && numbers["open"] !== undefined)
    for (const [name, price] of [
      ["open", 1.1],
      ["high", 1.3],
      ["low", 1],
    ] as const)
      expect(numbers[name]?.[0]).toBeCloseTo(price, 12);
});

/** Options that a note suggests, or that no file shows to be missing: volumes, zones, units of prices. */
function isSilent([name, value]: readonly [string, unknown]): boolean {
  return name === "timeZone" || name === "priceScale" || (name === "columns" && !Array.isArray(value));
}

/** The options that errors give, one after the other, until the file is read. */
async function advised({ text, flags = "" }: VendorFile): Promise<Record<string, unknown>> {
  const path = fileOf(text);
  const wanted = pastedOptions(flags) as Record<string, unknown>;
  let options: Record<string, unknown> = {};
  for (let attempt = 0; attempt < 4; attempt++)
    try {
      await read(path, options);
      return options;
    } catch (error) {
      if (!isAtcError(error)) throw error;
      const { badRows: _, ...given } = pastedOptions(error.message) as Record<string, unknown>;
      // Which of two orders it is, only the caller knows.
      if (/"dmy" or "mdy"/.test(error.message)) given["dateOrder"] = wanted["dateOrder"];
      options = { ...options, ...given };
    }
  throw new Error(`${path} is not read with ${JSON.stringify(options)}`);
}

it.each(cases.filter(([, { flags }]) => flags !== undefined))(
  "asks for the options of a file of %s, which work when pasted",
  async (_, file) => {
    const wanted = Object.entries(pastedOptions(file.flags ?? "")).filter((option) => !isSilent(option));
    expect(await advised(file)).toEqual(Object.fromEntries(wanted));
  },
);

it("reads files of 20 vendors and more with no option", () => {
  expect(vendorFiles.filter(({ flags }) => flags === undefined).length).toBeGreaterThan(20);
});

function row({ vendor, form, flags }: VendorFile): string {
  return `| ${vendor} | ${form.replaceAll("|", "\\|")} | ${flags === undefined ? "none" : `\`${flags}\``} |`;
}

it("describes them in docs/will-my-file-load.md; vitest -u writes it", async () => {
  const easy = vendorFiles.filter(({ flags }) => flags === undefined);
  const others = vendorFiles.filter(({ flags }) => flags !== undefined);
  const table = (files: readonly VendorFile[]): string =>
    ["| files of | what they look like | options |", "|---|---|---|", ...files.map(row)].join("\n");
  const page = `# Will my file load?

Most files load as they are: \`atc backtest FILE\`. This page lists vendors, one line each.
\`packages/source-csv/test/vendors.test.ts\` reads the first lines of each file and writes this page
(\`npx vitest run packages/source-csv/test/vendors.test.ts -u\`).

## Files that need no option

${table(easy)}

## Files that need an option

The error gives the option, in a form to paste. Three options are not asked for: the zone of times
without one, a unit of prices, and which of two volumes counts. The notes in the report say what was
assumed. The zones are those that the vendors state; check yours.

${table(others)}

[csv-dialects.md](csv-dialects.md) explains the options. Other formats are in its table of sources.
`;
  await expect(page).toMatchFileSnapshot("../../../docs/will-my-file-load.md");
});
