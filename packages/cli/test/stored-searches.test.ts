import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv, type Run } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const space = ["--strategy", "cross", "--grid", "parameters.fast=5,8", "--grid", "parameters.slow=21..34:13"];
const windows = ["--train", "100", "--test", "50"];

const commands: Readonly<Record<string, readonly string[]>> = {
  sweep: ["sweep", "d", ...space],
  "walk-forward": ["walk-forward", "d", ...space, ...windows],
  validation: ["validate", "d", "--strategy", "cross", "--samples", "20", "--seed", "3"],
};

async function readBars(factor = 1): Promise<void> {
  const lines = barsCsv(["AAA", "BBB"], 300).split("\n");
  const changed = lines.map((line, at) => {
    const [symbol, time, open, high, low, close, volume] = line.split(",");
    const isChanged = symbol === "BBB" && at > 420 && at < 430 && factor !== 1;
    return isChanged
      ? [symbol, time, open, factor * Number(high), low, factor * Number(close), volume].join(",")
      : line;
  });
  await shop.file("bars.csv", changed.join("\n"));
  await shop.atc("ingest", "bars.csv", "--name", "d");
}

async function ids(...more: readonly string[]): Promise<readonly string[]> {
  const listed = (await shop.atc("runs", "list", "--json", ...more)).json<readonly { id: string }[]>();
  return [...listed].map(({ id }) => id);
}

function ok(run: Run): Run {
  expect([run.code, run.code === 0 ? "" : run.stderr]).toEqual([0, ""]);
  return run;
}

describe.each(Object.entries(commands))("atc %s", (kind, words) => {
  it("stores its run, which is listed by kind, shown, and the same when it is computed again", async () => {
    await readBars();
    const first = ok(await shop.atc(...words));
    const [id = ""] = await ids("--kind", kind);
    expect(first.stderr).toContain(`run ${id}`);
    expect(await ids("--kind", "backtest")).toEqual([]);
    expect((await shop.atc("runs", "list")).stdout).toMatch(new RegExp(`${id} +${kind} `));
    const shown = ok(await shop.atc("runs", "show")).stdout;
    expect(shown).toMatch(new RegExp(`kind +${kind}`));
    expect(shown).toMatch(
      kind === "validation" ? /verdict +\S/ : /search +parameters\.fast=5,8, parameters\.slow=21\.\.34:13/,
    );
    expect(ok(await shop.atc("runs", "verify")).stdout).toContain("is the same when it is computed again");
    expect(ok(await shop.atc(...words)).stderr).toContain(`the same as run ${id}`);
    expect(await ids()).toHaveLength(1);
  });

  it("stores nothing with --no-save", async () => {
    await readBars();
    const { stderr } = ok(await shop.atc(...words, "--no-save"));
    expect(stderr).not.toMatch(/\brun \d{8}-/);
    expect(await ids()).toEqual([]);
  });

  it("warns and has its results if the run cannot be stored", async () => {
    await readBars();
    await shop.file("taken", "a file");
    const run = ok(await shop.atc(...words, "--runs-dir", "taken/runs"));
    expect(run.stderr).toContain("the run is not stored: ");
    expect(run.stdout).not.toBe("");
  });

  it("is reproduced by the command that export writes", async () => {
    await readBars();
    ok(await shop.atc(...words, "--fee-bps", "3", "--from", "2020-01-02T00:00:00Z", "--symbols", "BBB"));
    const [id = ""] = await ids();
    ok(await shop.atc("runs", "export", "-o", "atc.yaml"));
    const [line = ""] = (await readFile(join(shop.path, "atc.yaml"), "utf8")).split("\n");
    const command = line.split("reproduced by: atc ")[1] ?? "";
    expect(command).toContain("--symbols BBB");
    const again = ok(await shop.atc(...command.split(" ")));
    expect(again.stderr).toContain(`the same as run ${id}`);
  });

  it("is named by what makes two of them differ: a bar, a key", async () => {
    await readBars();
    ok(await shop.atc(...words));
    ok(await shop.atc(...words, "--fee-bps", "25"));
    const [second = "", first = ""] = await ids();
    const key = await shop.atc("runs", "diff", first, second);
    expect([key.code, key.stdout]).toEqual([8, expect.stringMatching(/configuration +feeBps +10 +25/)]);
    expect(key.stdout).toMatch(/differ first in the configuration/);
    expect(ok(await shop.atc("runs", "compare", first, second)).stdout).toMatch(/feeBps +10 +25/);
    await readBars(1.5);
    const bar = await shop.atc("runs", "diff", first, "--json");
    expect(bar.json()).toMatchObject({ first: "data", differences: [{ layer: "data", what: "BBB" }] });
    // The changed bar decides whether a drawdown is recovered.
    const { notes } = bar.json<{ readonly notes: readonly string[] }>();
    expect(notes.filter((note) => !note.includes("no value in one of the runs"))).toEqual([]);
    expect(bar.code).toBe(8);
    const impact = await shop.atc("runs", "impact", "d");
    const isComputed = kind === "validation";
    expect(impact.stdout).toMatch(
      isComputed ? /other rows: BBB/ : /not computed: a (sweep|walk-forward) has no trades/,
    );
  });
});

describe("a stored search", () => {
  it("is reproduced with the space that export writes to a file", async () => {
    await readBars();
    await shop.file(
      "space.yaml",
      "grid:\n  parameters.fast: [5, 8]\nfixed:\n  parameters.slow: 30\nwhere: parameters.fast < 8\nobjective: totalReturn\n",
    );
    ok(await shop.atc("sweep", "d", "--strategy", "cross", "--space", "space.yaml", "--no-validate"));
    const [id = ""] = await ids();
    expect(ok(await shop.atc("runs", "export")).stdout).toContain("fixed keys of the search");
    ok(await shop.atc("runs", "export", "-o", "atc.yaml", "--space", "kept.json"));
    expect(await readFile(join(shop.path, "atc.yaml"), "utf8")).not.toContain("fixed keys of the search");
    const again = ok(await shop.atc("sweep", "d", "--space", "kept.json", "--no-validate"));
    expect(again.stderr).toContain(`the same as run ${id}`);
    const refused = await shop.atc("runs", "export", "--space", "kept.json");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--force")]);
  });

  it("has a table that sweep show and validate read, whose judgement is stored too", async () => {
    await readBars();
    ok(await shop.atc(...(commands["sweep"] ?? [])));
    const [id = ""] = await ids();
    const table = join(".atc", "runs", id, "table.arrow");
    expect(ok(await shop.atc("sweep", "show", table, "--objective", "totalReturn")).stdout).toContain(
      "parameters.fast",
    );
    ok(await shop.atc("validate", table, "--folds", "2"));
    const [judged = ""] = await ids("--kind", "validation");
    expect(ok(await shop.atc("runs", "show", judged)).stdout).toMatch(/table +\.\/\.atc\/runs\//);
    ok(await shop.atc("runs", "verify", judged));
    await shop.atc("runs", "rm", id);
    const gone = await shop.atc("runs", "verify", judged, "--json");
    expect([gone.code, errorOf(gone).code]).toEqual([4, "ATC_NOT_FOUND"]);
  });

  it("is stored if no configuration has a place, and the exit code remains", async () => {
    await readBars();
    const none = await shop.atc(...(commands["sweep"] ?? []), "--require", "trades >= 100000");
    expect(none.code).toBe(3);
    expect(await ids("--kind", "sweep")).toHaveLength(1);
    expect(ok(await shop.atc("runs", "verify")).stdout).toContain("4 rows of the table");
  });

  it("is listed by a kind that exists", async () => {
    const wrong = await shop.atc("runs", "list", "--kind", "backtests", "--json");
    expect([wrong.code, errorOf(wrong).message]).toEqual([2, expect.stringContaining("walk-forward")]);
    expect(ok(await shop.atc("runs", "list", "--kind", "sweep")).stdout).toContain("no sweep in");
  });
});
