import { isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { zipArchive } from "../src/block/zip.ts";
import { type ReportData, renderReport, reportBlock } from "../src/index.ts";
import { blockWithJson } from "./block-with-json.ts";
import { sampleLuck, sampleSweep, sampleWalkForward } from "./sample-panels.ts";
import { type SampleOptions, sampleReport } from "./sample-report.ts";

type Json = Record<string, unknown>;

function faultOf(block: Uint8Array): readonly [code: string, message: string] {
  try {
    renderReport(block);
  } catch (error) {
    if (isAtcError(error)) return [error.code, error.message];
    throw error;
  }
  return ["none", ""];
}

describe("the page of a stored block", () => {
  it.each<readonly [string, SampleOptions, Partial<ReportData>]>([
    ["of two symbols", {}, {}],
    ["of one bar", { bars: 1 }, {}],
    ["without trades", { bars: 5 }, { trades: { length: 0, symbols: [], reasons: [], blocks: () => [] } }],
    ["of skipped symbols", { skipped: true }, {}],
    ["with a title of its own", {}, { title: "<b>mine</b>" }],
    ["of many drawdowns", {}, { drawdownCount: 4321 }],
    ["of hostile names", { names: ["<script>", "\u202e", " ", "x".repeat(10_000)] }, {}],
    ["of a long curve", { names: ["AAA"], bars: 50_000, tradeBars: 2, step: 60_000 }, {}],
  ])("%s is the page of the data", (_, options, more) => {
    const data = { ...sampleReport(options), ...more };
    expect(Buffer.compare(renderReport(reportBlock(data)), renderReport(data))).toBe(0);
  });

  it("fits the size that the block was made for", () => {
    const data = sampleReport({ names: ["AAA"], bars: 100_000, tradeBars: 50, step: 60_000 });
    const page = renderReport(reportBlock(data, { maxBytes: 700_000 }));
    expect(page.length).toBeLessThanOrEqual(700_000);
    expect(Buffer.compare(page, renderReport(data, { maxBytes: 700_000 }))).toBe(0);
  });

  it("has what the report shows besides a backtest", () => {
    const panels = { sweep: sampleSweep(), walkForward: sampleWalkForward(), luck: sampleLuck() };
    const block = reportBlock({ ...sampleReport(), ...panels });
    let found: Json = {};
    blockWithJson(block, (json) => {
      found = json;
      return json;
    });
    expect(found).toMatchObject(panels);
  });
});

describe("a block that is not what was written", () => {
  const block = reportBlock(sampleReport({ bars: 40 }));

  it("is refused if a byte of its data has changed", () => {
    const page = renderReport(block);
    // Fields that nothing depends on, such as the date of a member, may change without effect on the page's text.
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/id="atc-data">[^<]*/, "");
    let refused = 0;
    for (let at = 0; at < block.length; at += 7) {
      const changed = Uint8Array.from(block);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      const [code] = faultOf(changed);
      expect(["none", "ATC_CORRUPT_DATA"]).toContain(code);
      if (code === "none") expect(text(renderReport(changed))).toBe(text(page));
      else refused++;
    }
    expect(refused).toBeGreaterThan((0.95 * block.length) / 7);
  });

  it("is refused if a part is missing", () => {
    for (const length of [0, 1, 21, 22, 100, block.length - 1])
      expect(faultOf(block.subarray(0, length))[0]).toBe("ATC_CORRUPT_DATA");
    expect(faultOf(zipArchive([]))[0]).toBe("ATC_CORRUPT_DATA");
    expect(faultOf(zipArchive([{ name: "report.json", bytes: Buffer.from("{") }]))[0]).toBe("ATC_CORRUPT_DATA");
    expect(faultOf(zipArchive([{ name: "report.json", bytes: Buffer.from("null") }]))[0]).toBe("ATC_CORRUPT_DATA");
  });

  it("is refused with its version if that is newer", () => {
    const [code, message] = faultOf(blockWithJson(block, (json) => ({ ...json, version: 2 })));
    expect(code).toBe("ATC_UNSUPPORTED");
    expect(message).toMatch(/version 2.*update/);
    expect(faultOf(blockWithJson(block, (json) => ({ ...json, version: 0.5 })))[0]).toBe("ATC_CORRUPT_DATA");
    expect(faultOf(blockWithJson(block, (json) => ({ ...json, format: "other" })))[0]).toBe("ATC_CORRUPT_DATA");
  });

  it.each<readonly [string, (json: Json) => Json]>([
    ["title", (json) => ({ ...json, title: { markup: "<script>" } })],
    ["n", (json) => ({ ...json, n: -1 })],
    ["metrics[0].name", (json) => ({ ...json, metrics: [{}] })],
    ["versions[0]", (json) => ({ ...json, versions: { atc: 1 } })],
    ["result", ({ result: _, ...json }) => json],
    ["result.skipped", (json) => ({ ...json, result: { ...(json["result"] as Json), skipped: {} } })],
    ["result.portfolio.costs", (json) => ({ ...json, result: { ...(json["result"] as Json), portfolio: {} } })],
    ["drawdowns[0].rows[1]", (json) => ({ ...json, drawdowns: [{ ...first(json, "drawdowns"), rows: [1, "<b>"] }] })],
    ["days.bins.counts", (json) => ({ ...json, days: { length: 1, below: 0, above: 1, bins: {} } })],
    ["months", (json) => ({ ...json, months: "none" })],
    ["sweep", (json) => ({ ...json, sweep: [] })],
  ])("is refused with the member %s that no report has", (place, change) => {
    const [code, message] = faultOf(blockWithJson(block, change));
    expect(code).toBe("ATC_CORRUPT_DATA");
    expect(message).toContain(`"${place}"`);
  });
});

function first(json: Json, name: string): Json {
  return (json[name] as readonly Json[])[0] ?? {};
}
