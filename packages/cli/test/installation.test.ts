import { spawnSync } from "node:child_process";
import { chmod, chown, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DoctorFinding } from "@atc/runtime";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { barsCsv, type Run, runAtc } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

let prefix: string;
let program: string;

beforeEach(async () => {
  await shop.file("bars.csv", barsCsv(["AAA"], 60));
  prefix = await mkdtemp(join(tmpdir(), "atc-prefix-"));
  program = join(prefix, "lib/node_modules/@atc/cli/bin/atc.js");
  await installGlobally("cli");
});
afterEach(() => rm(prefix, { recursive: true, force: true }));

/** Links packages of ours into the folder of global packages, as `npm i -g FOLDER` does. */
async function installGlobally(...names: readonly string[]): Promise<void> {
  await mkdir(join(prefix, "lib/node_modules/@atc"), { recursive: true });
  for (const name of names)
    await symlink(
      fileURLToPath(new URL(`../../${name}`, import.meta.url)),
      join(prefix, "lib/node_modules/@atc", name),
      "junction",
    );
}

/** Runs the global command in the shop. */
function globalAtc(...args: readonly string[]): Promise<Run> {
  return runAtc(shop.path, args, {}, program);
}

/** A configuration outside the shop. */
async function elsewhere(text: string): Promise<readonly string[]> {
  const file = join(prefix, "conf", "atc.yaml");
  await mkdir(join(prefix, "conf"), { recursive: true });
  await writeFile(file, text);
  return ["--config", file, "--cache-dir", join(shop.path, ".cache", "atc")];
}

const zstd = "useCompression: true\ncompressionAlgorithm: zstd\n";
const compressed = async (): Promise<boolean> => (await shop.cached()).some((file) => file.endsWith(".npz.blosc"));

describe("a global command", () => {
  it("uses global codecs for a configuration that is in no project", async () => {
    await installGlobally("codec-blosc", "codec-zstd");
    const run = await globalAtc("backtest", "bars.csv", ...(await elsewhere(zstd)));
    expect([run.code, await compressed()]).toEqual([0, true]);
  });

  it("uses the codecs of the working directory's project for a configuration elsewhere", async () => {
    await shop.install("codec-blosc", "codec-zstd");
    const run = await globalAtc("backtest", "bars.csv", ...(await elsewhere(zstd)));
    expect([run.code, await compressed()]).toEqual([0, true]);
  });

  it("takes the container from the project and the algorithm from the global packages", async () => {
    await shop.install("codec-blosc");
    await installGlobally("codec-zstd");
    const run = await globalAtc("backtest", "bars.csv", ...(await elsewhere(zstd)));
    expect([run.code, await compressed()]).toEqual([0, true]);
  });

  it("resolves the names under plugins among global packages", async () => {
    await installGlobally("codec-blosc", "codec-zstd");
    const config = await elsewhere(`plugins: ["@atc/codec-blosc", "@atc/codec-zstd"]\n${zstd}`);
    expect((await globalAtc("backtest", "bars.csv", ...config)).code).toBe(0);
  });

  it("shows the searched folders and the line that installs what is missing globally", async () => {
    await installGlobally("codec-blosc");
    const config = await elsewhere(zstd);
    const { code, stderr } = await globalAtc("backtest", "bars.csv", ...config);
    expect(code).toBe(5);
    expect(stderr).toContain("of which @atc/codec-zstd is missing");
    expect(stderr).toContain(`searched: ${join(prefix, "lib/node_modules")}`);
    expect(stderr).toContain(`install with: npm i -g --prefix ${prefix} @atc/codec-zstd (`);
    await shop.file("bars.parquet", "PAR1");
    const error = errorOf(await globalAtc("backtest", "bars.parquet", "--json"));
    expect(error).toMatchObject({
      code: "ATC_MISSING_PLUGIN",
      details: { searched: [join(prefix, "lib/node_modules")] },
    });
    expect(error.message).toContain(`npm i -g --prefix ${prefix} @atc/source-duckdb`);
  });

  it("shows the line of the project's own package manager if the command is not global", async () => {
    await shop.install();
    await shop.file("pnpm-lock.yaml", "");
    const { stderr } = await shop.atc("backtest", "bars.csv", "--use-compression");
    expect(stderr).toContain(`searched: ${shop.path}`);
    expect(stderr).toContain("install with: pnpm add @atc/codec-blosc (");
  });
});

describe("a missing codec", () => {
  it("is reported before a file is read", async () => {
    for (const [command, ...more] of [["backtest"], ["signals"]] as const) {
      const run = await shop.atc(command, "bars.csv", "--use-compression", ...more);
      expect(run.code).toBe(5);
    }
    expect(await shop.cached()).toEqual([]);
  });

  it("or writer of Parquet is reported before a file is read, too", async () => {
    const run = await shop.atc("data", "export", "bars.csv", "-o", "bars.parquet", "--json");
    expect([run.code, await shop.cached()]).toEqual([5, []]);
    expect(errorOf(run).message).toMatch(/install it with: npm i @atc\/source-duckdb$/);
  });

  it("does not stop a command that needs none", async () => {
    const compression = ["--use-compression", "--compression-algorithm", "zstd"];
    expect((await shop.atc("ingest", "bars.csv", ...compression)).code).toBe(0);
    expect((await shop.atc("backtest", "bars.csv", "--no-cache", ...compression)).code).toBe(0);
  });

  it("is blosclz if blosclz is configured, which needs one package", async () => {
    const { stderr } = await shop.atc("backtest", "bars.csv", "--use-compression");
    expect(stderr).toContain('compression with "blosclz" needs @atc/codec-blosc (');
    expect(stderr).not.toContain("lz4");
  });
});

describe("a name under plugins", () => {
  it.each(["backtest bars.csv", "data list"])("that is not installed ends %s", async (line) => {
    await shop.file("atc.yaml", "plugins: [nonexist]\n");
    const run = await shop.atc(...line.split(" "), "--json");
    expect([run.code, errorOf(run).code, await shop.cached()]).toEqual([5, "ATC_MISSING_PLUGIN", []]);
    expect(errorOf(run).message).toContain('plugins names "nonexist", which is not installed');
  });

  it("that has no plugin ends the run", async () => {
    await shop.install("contract");
    await shop.file("atc.yaml", 'plugins: ["@atc/contract"]\n');
    const run = await shop.atc("backtest", "bars.csv", "--json");
    expect([run.code, errorOf(run).code]).toEqual([2, "ATC_INVALID_CONFIG"]);
  });

  it("that is not installed does not hide the configuration", async () => {
    await shop.file("atc.yaml", "plugins: [nonexist]\n");
    expect((await shop.atc("config", "--json")).json()).toMatchObject({ config: { plugins: ["nonexist"] } });
  });
});

describe("doctor", () => {
  async function faults(...args: readonly string[]): Promise<{ code: number; found: readonly DoctorFinding[] }> {
    const run = await shop.atc("doctor", "--json", ...args);
    return { code: run.code, found: run.json<DoctorFinding[]>().filter(({ state }) => state === "fault") };
  }

  it.each([
    ["compression", ["--use-compression", "--compression-algorithm", "zstd"], 5, "@atc/codec-zstd"],
    ["compression", ["--use-compression", "--compression-algorithm", "numeric"], 5, "@atc/codec-numeric"],
    ["compression", ["--use-compression", "--compression-algorithm", "brotli"], 2, "brotli"],
    ["plugins", ["--plugins", "nonexist"], 5, "nonexist"],
    ["dataStore", ["--data-store", "nonexist"], 5, "nonexist"],
    ["cacheStore", ["--cache-store", "nonexist"], 5, "nonexist"],
    ["executor", ["--executor", "nonexist"], 5, "nonexist"],
  ])("reports a missing %s (%j)", async (what, args, code, text) => {
    const { code: exit, found } = await faults(...args);
    expect([exit, found.map((one) => one.what)]).toEqual([code, [what]]);
    expect(found[0]?.found).toContain(text);
    const run = await shop.atc("backtest", "bars.csv", ...args);
    expect(run.code).toBe(code);
  });

  it("shows the line that installs a missing codec", async () => {
    const { stdout } = await shop.atc("doctor", "--use-compression");
    expect(stdout).toMatch(/^FAULT {2}compression .*install with: npm i @atc\/codec-blosc$/m);
  });

  it("reports all faults at once, and the exit code of the first", async () => {
    await shop.file("file", "");
    const { code, found } = await faults("--cache-dir", "file/x", "--plugins", "nonexist", "--use-compression");
    expect([code, found.map(({ what }) => what)]).toEqual([6, ["cache", "plugins", "compression"]]);
  });

  it("reports a damaged list of plugins once", async () => {
    await shop.file("package.json", JSON.stringify({ dependencies: { "@atc/filter-numeric": "1" } }));
    const { code, found } = await faults("--use-compression");
    expect([code, found.map(({ what }) => what)]).toEqual([2, ["plugins"]]);
  });

  it("is satisfied with what is installed", async () => {
    await shop.install("codec-blosc", "codec-zstd");
    const args = ["--use-compression", "--compression-algorithm", "zstd", "--executor", "inline"];
    const { code, found } = await faults(...args);
    expect([code, found]).toEqual([0, []]);
    const lines = (await shop.atc("doctor", ...args)).stdout.split("\n");
    expect(lines.find((line) => line.includes("compression"))).toMatch(/^ok .*zstd$/);
    expect(await shop.cached()).toEqual([]);
  });

  it("draws no rule, and puts a remedy on a line of its own", async () => {
    await shop.install("codec-blosc", "codec-zstd", "codec-lz4", "codec-zlib", "codec-snappy", "source-json");
    await shop.file("file", "");
    const { stdout } = await shop.atc("doctor", "--data-dir", "file/x");
    expect(stdout).not.toContain("---");
    expect(stdout).toMatch(/^ +choose another folder in the configuration$/m);
  });

  it.skipIf(process.platform !== "linux").each(["--cache-dir", "--data-dir"])("ends for %s /proc/x", async (option) => {
    const { code, found } = await faults(option, "/proc/x");
    expect([code, found.length]).toEqual([6, 1]);
    const run = await shop.atc("backtest", "bars.csv", option, "/proc/x");
    expect(run.code).toBe(option === "--cache-dir" ? 0 : 6);
  });
});

describe.skipIf(process.geteuid?.() !== 0)("an installation that another user may change (needs root)", () => {
  it.each([
    ["the folder of packages", "lib/node_modules"],
    ["the package", "lib/node_modules/evil"],
  ])("is refused with its cure: %s", async (_, place) => {
    const evil = join(prefix, "lib/node_modules/evil");
    await mkdir(evil);
    const atc = { plugins: [{ kind: "source", name: "fw" }] };
    const manifest = { name: "evil", version: "1.0.0", type: "module", main: "index.js", atc };
    await writeFile(join(evil, "package.json"), JSON.stringify(manifest));
    await writeFile(join(evil, "index.js"), "export default [];");
    expect((await globalAtc("data", "sources")).code).toBe(0);
    await chown(join(prefix, place), 65_534, 65_534);
    await chmod(join(prefix, place), 0o755);
    const run = await globalAtc("data", "sources", "--json");
    expect([run.code, errorOf(run).code]).toEqual([2, "ATC_UNTRUSTED"]);
    expect(errorOf(run).message).toContain(`chown 0 ${join(prefix, place)}`);
  });
});

describe("the entry of the command", () => {
  const entry = fileURLToPath(new URL("../bin/atc.js", import.meta.url));
  const run = (...command: readonly [string, ...string[]]) =>
    spawnSync(command[0], command.slice(1), { encoding: "utf8" });

  it("says how to build a checkout that is not built", async () => {
    await mkdir(join(shop.path, "bin"));
    await shop.file("package.json", '{"type":"module"}');
    await copyFile(entry, join(shop.path, "bin/atc.js"));
    const { status, stderr } = run(process.execPath, join(shop.path, "bin/atc.js"));
    expect([status, stderr]).toEqual([1, "error: this checkout is not built yet; run: npm run demo\n"]);
  });

  it.skipIf(process.platform === "win32")("is linked at the top of the checkout, so that npx finds it", () => {
    const checkout = fileURLToPath(new URL("../../..", import.meta.url));
    const link = join(checkout, "node_modules", ".bin", "atc");
    expect(run(link, "--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
