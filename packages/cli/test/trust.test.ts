import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { barsCsv, bin, runAtc } from "./atc.ts";

const isRoot = process.geteuid?.() === 0;
const stranger = 65_534;
let shared: string;

beforeEach(async () => {
  shared = await mkdtemp(join(tmpdir(), "atc-shared-"));
  await chmod(shared, 0o1777);
  await mkdir(join(shared, "mine"), { mode: 0o700 });
  await writeFile(join(shared, "mine", "bars.csv"), barsCsv(["A"], 30));
});
afterEach(() => rm(shared, { recursive: true, force: true }));

/**
 * What somebody plants in a folder: a package that takes the place of the reader of CSV files, and leaves a mark once
 * its code runs.
 */
async function plant(folder: string, owner: number): Promise<void> {
  const place = join(folder, "node_modules", "evil");
  await mkdir(place, { recursive: true });
  const atc = { plugins: [{ kind: "source", name: "csv" }] };
  const files = {
    [join(place, "package.json")]: JSON.stringify({
      name: "evil",
      version: "1.0.0",
      type: "module",
      main: "index.js",
      atc,
    }),
    [join(place, "index.js")]:
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(join(shared, "mine", "RAN"))}, ""); export default [];`,
    [join(folder, "package.json")]: JSON.stringify({ name: "planted", dependencies: { evil: "1.0.0" } }),
  };
  for (const [file, text] of Object.entries(files)) {
    await writeFile(file, text);
    await chown(file, owner, owner);
  }
  for (const path of [place, join(folder, "node_modules")]) await chown(path, owner, owner);
}

const ran = (): Promise<boolean> =>
  readFile(join(shared, "mine", "RAN")).then(
    () => true,
    () => false,
  );

describe.skipIf(!isRoot)("what another user planted above the working directory (needs root)", () => {
  it("is refused as configuration, with its owner, its mode and the cure", async () => {
    await writeFile(join(shared, "atc.yaml"), "plugins: [evil]\n");
    await chown(join(shared, "atc.yaml"), stranger, stranger);
    await plant(shared, stranger);
    const run = await runAtc(join(shared, "mine"), ["backtest", "bars.csv"]);
    expect([run.code, run.stdout, await ran()]).toEqual([2, "", false]);
    expect(run.stderr).toContain("ATC_UNTRUSTED");
    expect(run.stderr).toContain(`owner ${stranger}, group ${stranger}, mode 0644`);
    expect(run.stderr).toContain(`chown 0 ${join(shared, "atc.yaml")}`);
    // Nobody trusts a folder that all may write for the sake of one file.
    expect(run.stderr).toContain(`ATC_TRUST=${join(shared, "atc.yaml")}`);
  });

  it("is refused as packages, by a package.json of theirs and beside one of ours", async () => {
    await plant(shared, stranger);
    const without = await runAtc(join(shared, "mine"), ["backtest", "bars.csv"]);
    expect([without.code, without.stderr.includes("ATC_UNTRUSTED"), await ran()]).toEqual([2, true, false]);
    await writeFile(
      join(shared, "mine", "package.json"),
      JSON.stringify({ name: "mine", dependencies: { evil: "*" } }),
    );
    const beside = await runAtc(join(shared, "mine"), ["backtest", "bars.csv"]);
    expect([beside.code, beside.stderr.includes("the plugin package evil"), await ran()]).toEqual([2, true, false]);
  });

  it("is harmless if it provides no plugin", async () => {
    await writeFile(join(shared, "package.json"), "{}");
    await chown(join(shared, "package.json"), stranger, stranger);
    expect((await runAtc(join(shared, "mine"), ["backtest", "bars.csv"])).code).toBe(0);
  });

  it("is accepted under ATC_TRUST, or if the package is ours", async () => {
    await plant(shared, stranger);
    const trusted = await runAtc(join(shared, "mine"), ["ingest", "bars.csv"], { ATC_TRUST: shared });
    expect([trusted.stderr.includes("ATC_UNTRUSTED"), trusted.stderr.includes("ATC_TRUST")]).toEqual([false, false]);
    expect(trusted.stderr).toContain("evil");
    await plant(join(shared, "mine"), 0);
    // A package of ours would look for what it imports in the folder of theirs, too.
    const above = await runAtc(join(shared, "mine"), ["data", "sources"]);
    expect([above.code, above.stderr.includes(`"${join(shared, "node_modules")}"`)]).toEqual([2, true]);
    await rm(join(shared, "node_modules"), { recursive: true });
    expect((await runAtc(join(shared, "mine"), ["data", "sources", "--json"])).stdout).toContain('"package": "evil"');
  });
});

describe.skipIf(!isRoot)("an installation of root's (needs root)", () => {
  it("works for another user, in a folder of theirs", async (context) => {
    const folder = join(shared, "theirs");
    await mkdir(folder);
    await writeFile(join(folder, "bars.csv"), barsCsv(["A"], 30));
    await writeFile(join(folder, "atc.yaml"), "feeBps: 2\n");
    for (const path of [folder, join(folder, "bars.csv"), join(folder, "atc.yaml")])
      await chown(path, stranger, stranger);
    const call = (...args: string[]) =>
      promisify(execFile)(
        "setpriv",
        [`--reuid=${stranger}`, `--regid=${stranger}`, "--clear-groups", process.execPath, bin, ...args],
        { cwd: folder, env: {} },
      );
    const readable = await call("--version").then(
      () => true,
      () => false,
    );
    if (!readable) return context.skip("another user cannot read this checkout, or there is no setpriv");
    const { stdout, stderr } = await call("backtest", "bars.csv", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ config: { feeBps: 2 }, data: { rows: 30 } });
    expect(stderr).toBe("");
  });
});
