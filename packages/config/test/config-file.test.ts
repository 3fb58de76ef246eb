import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { errorOf, faultsOf, folderWith, load, loadText } from "./folder.ts";

describe("search", () => {
  it("goes upwards and takes the first name in each folder", async () => {
    const root = await folderWith({
      "atc.yaml": "feeBps: 1",
      "a/config.yaml": "feeBps: 2",
      "a/atc.json": '{"feeBps": 3}',
      "a/b/atc.yml": "feeBps: 4",
      "a/b/atc.json": "{}",
      "a/b/c/x": "",
    });
    await mkdir(join(root, "a/b/c/atc.yaml"));
    const fees = await Promise.all(
      [".", "a", "a/b", "a/b/c"].map(async (inner) => (await load({ cwd: join(root, inner) })).config.feeBps),
    );
    expect(fees).toEqual([1, 3, 4, 4]);
  });

  it("ignores another program's config.yaml with a warning", async () => {
    const site = "site_name: docs\nplugins: [search]\ntheme: dark\n";
    const root = await folderWith({
      "atc.yaml": "feeBps: 1",
      "a/config.yaml": site,
      "b/config.yaml": `{{ x }}\n${site}\t- 1`,
      "c/config.yaml": "- 1",
    });
    for (const inner of ["a", "b", "c"]) {
      const { config, file, warnings } = await load({ cwd: join(root, inner) });
      expect([config.feeBps, file]).toEqual([1, join(root, "atc.yaml")]);
      expect(warnings).toHaveLength(2);
      expect(warnings[1]).toContain("is above the project");
      expect(warnings[0]).toContain(join(root, inner, "config.yaml"));
    }
  });

  it("takes a config.yaml that is mostly ours, faults and all", async () => {
    const cwd = await folderWith({ "config.yaml": "ema_len: 20\nfee_bps: 3\nwhat: 1\n" });
    expect(await faultsOf(load({ cwd }))).toMatchObject([{ path: "what" }]);
    const broken = await folderWith({ "config.yaml": "ema_len: 20\nema_len: 21\n" });
    expect(await faultsOf(load({ cwd: broken }))).toMatchObject([{ origin: `${broken}/config.yaml:2:1` }]);
  });

  it("is strict with a file that was named", async () => {
    const cwd = await folderWith({ "config.yaml": "site_name: docs\n" });
    expect(await faultsOf(load({ cwd, file: "config.yaml" }))).toMatchObject([{ path: "site_name" }]);
  });

  it("is not read if file is false", async () => {
    const cwd = await folderWith({ "atc.yaml": "feeBps: 1" });
    expect((await load({ cwd, file: false })).file).toBeUndefined();
  });
});

describe("a named file", () => {
  it("may have any name", async () => {
    expect((await loadText("feeBps: 3", "fast.strategy")).config.feeBps).toBe(3);
  });

  it("that does not exist is ATC_NOT_FOUND", async () => {
    const cwd = await folderWith({});
    const error = await errorOf(load({ cwd, file: "no.yaml" }), "ATC_NOT_FOUND");
    expect(error.message).toContain(join(cwd, "no.yaml"));
  });

  it("that is a directory, too large, binary or UTF-16 is refused", async () => {
    const cwd = await folderWith({
      "large.csv": "a".repeat(1_100_000),
      binary: new Uint8Array([0xff, 0, 1, 2]),
      utf16: new Uint8Array([0xff, 0xfe, 0x61, 0, 0x3a, 0]),
    });
    for (const file of [".", "large.csv", "binary", "utf16"]) {
      const faults = await faultsOf(load({ cwd, file }));
      expect(faults).toMatchObject([{ path: "", origin: join(cwd, file) }]);
    }
  });
});

describe("YAML", () => {
  it.each(["", "# nothing\n", "---\n", "null\n"])(
    "that is empty gives the defaults and a warning: %j",
    async (text) => {
      const { config, warnings } = await loadText(text);
      expect(config.feeBps).toBe(10);
      expect(warnings).toHaveLength(1);
    },
  );

  it("may start with a byte order mark and end its lines with CR LF", async () => {
    const { config, origins } = await loadText("\uFEFFfeeBps: 3\r\nside: long\r\n");
    expect([config.feeBps, config.side, origins.side.line]).toEqual([3, "long", 2]);
  });

  it("is read as Python reads it: yes, on, True, 1_000, None, quoted numbers", async () => {
    const text =
      'strategy_mode: yes\nuse_compression: on\nuse_memory_mapped: True\ncutout: 1_000\ngrowth_cap: None\nlimit: none\nfee_bps: "3"\nlambda_param: 1e-4\ndecay: 1\n';
    const { config } = await loadText(text);
    expect(config).toMatchObject({ strategyMode: true, useCompression: true, useMemoryMapped: true, cutout: 1000 });
    expect(config).toMatchObject({ growthCap: "none", limit: undefined, feeBps: 3, lambda: 0.0001, decay: 1 });
  });

  it("may merge a mapping from outside its section", async () => {
    const { config, origins } = await loadText(
      "fast: &fast\n  fee_bps: 3\n  side: short\natc:\n  <<: *fast\n  side: long\n",
    );
    expect(config).toMatchObject({ feeBps: 3, side: "long" });
    expect([origins.feeBps.line, origins.side.line]).toEqual([5, 6]);
  });

  it("may merge mappings", async () => {
    const { config } = await loadText("atc:\n  <<: &fast { fee_bps: 3 }\n  side: long\n");
    expect(config).toMatchObject({ feeBps: 3, side: "long" });
  });

  it("refuses NaN, infinity, dates and mappings as values", async () => {
    const faults = await faultsOf(loadText("fee_bps: .nan\nlambda: .inf\ncutout: 2024-01-01\nlimit: {a: 1}\n"));
    expect(faults.map(({ key, value }) => [key, value])).toEqual([
      ["feeBps", "NaN"],
      ["lambda", "Infinity"],
      ["cutout", "2024-01-01"],
      ["limit", { a: 1 }],
    ]);
  });

  it.each([
    ["a repeated key", "feeBps: 1\nside: long\nfeeBps: 1\n", ":3:1"],
    ["tabs as indentation", "atc:\n\tfeeBps: 1\n", ":2:1"],
    ["a list that is not closed", "feeBps: 1\nplugins: [a\n", ":3:1"],
    ["two documents", "feeBps: 1\n---\nfeeBps: 2\n", ":2:1"],
    ["an alias without a target", "feeBps: *x\n", ""],
    ["a list", "- feeBps\n", ""],
    ["text", "feeBps:1\n", ""],
  ])("refuses %s, with its place", async (_, text, place) => {
    const faults = await faultsOf(loadText(text));
    expect(faults[0]?.origin).toMatch(new RegExp(`atc\\.yaml${place}$`));
  });

  it("refuses aliases that expand without end", async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}1]`);
    await faultsOf(loadText(["a0: &a0 [1]", ...rows].join("\n")));
  });

  it("warns of tags it does not know", async () => {
    const { config, warnings } = await loadText("plugins: !!python/tuple [a]\n");
    expect(config.plugins).toEqual(["a"]);
    expect(warnings[0]).toMatch(/atc\.yaml:1: .*python\/tuple/);
  });

  it.each(["atc", "adaptive_trend", "adaptive_trend_LTS"])(
    "may hold the configuration in a section %s beside others",
    async (section) => {
      const { config, origins, warnings } = await loadText(`exchange: binance\nlimit: 5\n${section}:\n  fee_bps: 3\n`);
      expect([config.feeBps, config.limit, origins.feeBps.line]).toEqual([3, undefined, 4]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/"limit".*outside/);
    },
  );
});

describe("JSON", () => {
  it("is read with its lines, tabs and $schema", async () => {
    const { config, origins } = await loadText(
      '{\n\t"$schema": "x",\n\t"feeBps": 3,\n\t"plugins": ["a",\n\t"b"]\n}\n',
      "atc.json",
    );
    expect([config.feeBps, origins.feeBps.line, config.plugins]).toEqual([3, 3, ["a", "b"]]);
  });

  it("that is broken is refused with line and column", async () => {
    const faults = await faultsOf(loadText('{\n "feeBps": 3,\n "side" "long"\n}\n', "atc.json"));
    expect(faults[0]?.origin).toMatch(/atc\.json:3:\d+$/);
  });
});
