import { readFileSync } from "node:fs";
import { backtestParameters, signalParameters } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createSpace, parseSweepFile, type SweepFlags, sweepFlags, sweepJsonSchema } from "../src/index.ts";
import { messageOf } from "./faults.ts";

const file = `# A sweep.
$schema: ./sweep.schema.json
grid:
  emaLength: { from: 10, to: 60, step: 5 }
  lambda: [0.01, 0.02]
  robustness: Narrow,Wide
tie:
  - lengths
fixed:
  feeBps: 5
where:
  - emaLength > 10
  - lambda > 0
sample:
  method: random
  count: 50
  seed: 7
objective: -maxDrawdown
require: trades >= 30
over: median
metrics: [sharpe, trades]
`;

describe("a sweep in a file", () => {
  it("is a definition with the line of every member", () => {
    const { origins, ...definition } = parseSweepFile(file, "sweep.yaml");
    expect(definition).toEqual({
      grid: { emaLength: { from: 10, to: 60, step: 5 }, lambda: [0.01, 0.02], robustness: "Narrow,Wide" },
      tie: ["lengths"],
      fixed: { feeBps: 5 },
      where: ["emaLength > 10", "lambda > 0"],
      sample: { method: "random", count: 50, seed: 7 },
      objective: "-maxDrawdown",
      require: "trades >= 30",
      over: "median",
      metrics: ["sharpe", "trades"],
    });
    expect(origins).toMatchObject({
      grid: "sweep.yaml:3",
      "grid.lambda": "sweep.yaml:5",
      "tie.0": "sweep.yaml:8",
      "fixed.feeBps": "sweep.yaml:10",
      "where.1": "sweep.yaml:13",
      objective: "sweep.yaml:18",
    });
    expect(createSpace({ ...definition, ...(origins === undefined ? {} : { origins }) }).size).toBe(44n);
  });

  it("may be JSON", () => {
    expect(parseSweepFile('{"grid": {"lambda": "0.1..0.2"}}', "a.json").grid).toEqual({ lambda: "0.1..0.2" });
  });

  it("may share values by YAML's anchors and merge keys", () => {
    const text =
      "grid:\n  emaLength: &range { from: 10, to: 60, step: 5 }\n  kamaLength: { <<: *range, step: 10 }\n  wmaLength: *range";
    const { grid } = parseSweepFile(text, "s.yaml");
    expect(grid["kamaLength"]).toEqual({ from: 10, to: 60, step: 10 });
    expect(grid["wmaLength"]).toEqual(grid["emaLength"]);
  });

  it.each([
    ["grid: { emaLength: [10, 20] }\ngird: 1", "s.yaml:2: ", 'did you mean "grid"?'],
    ["grid: 5", "s.yaml:1: ", "keys and values"],
    ["grid:\n  lambda: { from: 1, too: 2 }", "s.yaml:2: ", 'did you mean "to"?'],
    ["grid:\n  lambda: { from: 1, to: x }", "s.yaml:2: ", '"x" as to'],
    ["grid:\n  lambda: { from: 1, to: 2, step: a }", "s.yaml:2: ", '"a" as step'],
    ["grid:\n  lambda: { from: 1, to: 2, scale: ln }", "s.yaml:2: ", "linear or log"],
    ["grid:\n  lambda:", "s.yaml:2: ", "null"],
    ["grid:\n  lambda: [[1]]", "s.yaml:2: ", "has the value [1]"],
    ["grid: { lambda: 1 }\ntie: lengths", "s.yaml:2: ", "such as [lengths]"],
    ["grid: { lambda: 1 }\ntie:\n  - lengths\n  - 5", "s.yaml:4: ", "a tie is 5"],
    ["grid: { lambda: 1 }\nfixed:\n  feeBps: [1]", "s.yaml:3: ", "give one value"],
    ["grid: { lambda: 1 }\nsample:\n  method: magic", "s.yaml:3: ", "grid, random, halving, tpe"],
    ["grid: { lambda: 1 }\nsample:\n  count: 0", "s.yaml:3: ", "1 or more"],
    ["grid: { lambda: 1 }\nsample:\n  seeed: 0", "s.yaml:3: ", "method, count and seed"],
    ["grid: { lambda: 1 }\nover: max", "s.yaml:2: ", "mean, median, min"],
    ["grid: { lambda: 1 }\nmetrics: sharpe", "s.yaml:2: ", "a list of names"],
    ["grid: { lambda: 1 }\nwhere: 5", "s.yaml:2: ", "give an expression"],
    ["grid: { lambda: 1 }\nobjective: [a]", "s.yaml:2: ", "give a text"],
    ["grid: { lambda: 1, lambda: 2 }", "s.yaml:1:", "unique"],
    ["grid: [", "s.yaml:1:", "flow"],
    ["", "s.yaml: ", "contains no keys"],
    ["5", "s.yaml: ", "contains no keys"],
    ["grid: { lambda: *a }", "s.yaml: ", "alias"],
  ])("is refused with its line: %s", (text, place, part) => {
    const message = messageOf(() => parseSweepFile(text, "s.yaml"));
    expect(message.startsWith(place)).toBe(true);
    expect(message.toLowerCase()).toContain(part.toLowerCase());
  });

  it("gives the line of a fault that only the space shows", () => {
    const text = "grid:\n  lambda: [0.1]\n  emaLength: 60..10\nwhere: emaLengh > 1";
    expect(messageOf(() => createSpace(parseSweepFile(text, "s.yaml")))).toMatch(/^s\.yaml:3: /);
    const other = text.replace("60..10", "10..60");
    expect(messageOf(() => createSpace(parseSweepFile(other, "s.yaml")), "ATC_INVALID_ARGUMENT")).toMatch(
      /^s\.yaml:4: /,
    );
  });
});

describe("flags", () => {
  it("are a definition", () => {
    const flags: SweepFlags = {
      grid: ["emaLength=10..60:5", "lambda = 0.01,0.02"],
      tie: ["lengths"],
      where: ["emaLength > 10", "lambda > 0"],
      random: "500",
      seed: "7",
      objective: "calmar",
      require: ["trades >= 30"],
      over: "min",
      metrics: "sharpe, trades",
    };
    const { origins, ...definition } = sweepFlags(flags);
    expect(definition).toEqual({
      grid: { emaLength: "10..60:5", lambda: "0.01,0.02" },
      tie: ["lengths"],
      where: ["emaLength > 10", "lambda > 0"],
      sample: { method: "random", count: 500, seed: 7 },
      objective: "calmar",
      require: ["trades >= 30"],
      over: "min",
      metrics: ["sharpe", "trades"],
    });
    expect(origins).toMatchObject({
      "grid.lambda": '--grid "lambda = 0.01,0.02"',
      "tie.0": '--tie "lengths"',
      "where.1": "--where",
    });
  });

  it("are above a file", () => {
    const merged = sweepFlags(
      { grid: ["lambda=0.5", "decay=1,2"], where: ["decay > 1"], seed: "9", objective: "sharpe" },
      parseSweepFile(file, "sweep.yaml"),
    );
    expect(merged.grid).toEqual({
      emaLength: { from: 10, to: 60, step: 5 },
      lambda: "0.5",
      robustness: "Narrow,Wide",
      decay: "1,2",
    });
    expect(merged.where).toEqual(["emaLength > 10", "lambda > 0", "decay > 1"]);
    expect(merged.sample).toEqual({ method: "random", count: 50, seed: 9 });
    expect(merged.objective).toBe("sharpe");
    expect(merged.origins).toMatchObject({
      "where.0": "sweep.yaml:12",
      "where.2": "--where",
      require: "sweep.yaml:19",
      objective: "--objective",
      "grid.lambda": '--grid "lambda=0.5"',
    });
  });

  it.each<[SweepFlags, string]>([
    [{ grid: ["emaLength"] }, "a key and its values"],
    [{ grid: ["=5"] }, "a key and its values"],
    [{ grid: ["lambda=1", "lambda=2"] }, 'lambda has an axis already (--grid "lambda=1")'],
    [{ grid: ["lambda=1"], random: "x" }, "an integer of 1 or more"],
    [{ grid: ["lambda=1"], random: "0" }, "an integer of 1 or more"],
    [{ grid: ["lambda=1"], random: "5", seed: "-1" }, "an integer of 0 or more"],
    [{ grid: ["lambda=1"], random: "5", tpe: "5" }, "--random and --tpe"],
    [{ grid: ["lambda=1"], seed: "5" }, "a grid draws no random numbers"],
    [{ grid: ["lambda=1"], over: "max" }, "mean, median, min"],
  ])("%j are refused: %s", (flags, part) => {
    const message = messageOf(() => sweepFlags(flags));
    expect(message).toMatch(/^--/);
    expect(message).toContain(part);
  });
});

describe("the JSON Schema of a sweep", () => {
  const schema = z.fromJSONSchema(
    structuredClone(sweepJsonSchema) as unknown as Parameters<typeof z.fromJSONSchema>[0],
  );

  it("is published as sweep.schema.json", () => {
    expect(JSON.parse(readFileSync(new URL("../sweep.schema.json", import.meta.url), "utf8"))).toEqual(sweepJsonSchema);
  });

  it("describes every key", () => {
    const { grid } = (sweepJsonSchema["properties"] ?? {}) as Record<string, { properties?: object }>;
    for (const key of [...Object.keys(signalParameters), ...Object.keys(backtestParameters)])
      expect(Object.keys(grid?.properties ?? {})).toContain(key);
  });

  it("accepts what the parser accepts, and refuses other members", () => {
    const { origins: _, ...definition } = parseSweepFile(file, "sweep.yaml");
    expect(schema.safeParse(definition).success).toBe(true);
    expect(schema.safeParse({ grid: { "parameters.fast": "5..20" } }).success).toBe(true);
    for (const wrong of [
      {},
      { grid: {}, other: 1 },
      { grid: { nothing: 1 } },
      { grid: { lambda: { from: 1 } } },
      { grid: {}, over: "max" },
    ])
      expect(schema.safeParse(wrong).success).toBe(false);
  });
});
