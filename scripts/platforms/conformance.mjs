// The conformance suites of stores, codecs and executors without a test runner, which an emulator takes minutes to
// start. Prints a line for each suite and failed case, then the counts as JSON.
//
//   node conformance.mjs [executors] [stores] [codecs]     all if none is named
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../../", import.meta.url);

/** A package of a checkout, or of its copy for another platform. */
function load(name) {
  const installed = new URL(`node_modules/@atc/${name}/dist/bundle/index.js`, root);
  return import((existsSync(installed) ? installed : new URL(`packages/${name}/dist/bundle/index.js`, root)).href);
}

const directories = [];
function newDirectory() {
  const directory = mkdtempSync(join(tmpdir(), "atc-conformance-"));
  directories.push(directory);
  return directory;
}

const testing = await load("testing");

async function codecSuites() {
  const names = ["blosc", "lz4", "zlib", "zstd", "snappy", "numeric"];
  const [blosc, lz4, zlib, zstd, snappy, numeric] = await Promise.all(names.map((name) => load(`codec-${name}`)));
  const blocks = {
    blosclz: blosc.blosclzBlock,
    lz4: lz4.lz4Block,
    lz4hc: lz4.lz4hcBlock,
    zlib: zlib.zlibBlock,
    zstd: zstd.zstdBlock,
    snappy: snappy.snappyBlock,
  };
  const codecs = { lz4: lz4.lz4, zlib: zlib.zlib, zstd: zstd.zstd, snappy: snappy.snappy, numeric: numeric.numeric };
  const made = Object.values(blocks).map((block) => block());
  for (const shuffle of ["shuffle", "bitshuffle"])
    codecs[`blosc ${shuffle}`] = () => blosc.blosc({ cname: "lz4", shuffle }, made);
  return [
    ...Object.entries(codecs).map(([name, create]) => [name, testing.codecCases(() => create())]),
    ...Object.entries(blocks).map(([name, create]) => [`block ${name}`, testing.blockCodecCases(() => create())]),
  ];
}

async function storeSuites() {
  const { cacheFs } = await load("cache-fs");
  const { mmapStore } = await load("mmap-store");
  const reopen = { reopen: ({ directory }) => cacheFs({ directory }) };
  const suites = [["cache-fs", testing.byteStoreCases(() => cacheFs({ directory: newDirectory() }), reopen)]];
  for (const backend of ["mmap", "read"]) {
    let directory = "";
    const open = () => mmapStore({ directory, backend, segmentBytes: 16_384 });
    const create = () => {
      directory = newDirectory();
      return open();
    };
    suites.push([`mmap-store ${backend}`, testing.arrayStoreCases(create, { reopen: open, maxRows: 500 })]);
  }
  return suites;
}

async function executorSuites() {
  const { workerExecutor } = await load("executor-worker");
  const modules = { [testing.executorTasks.package]: testing.executorTasks.url };
  return [["two threads", testing.executorCases(() => workerExecutor({ modules, threads: 2 }))]];
}

const kinds = { executors: executorSuites, stores: storeSuites, codecs: codecSuites };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(kinds);
const unknown = wanted.find((name) => !Object.hasOwn(kinds, name));
if (unknown !== undefined) throw new Error(`no suites "${unknown}"; give some of ${Object.keys(kinds).join(", ")}`);

const failures = [];
let passed = 0;
for (const suites of wanted.map((name) => kinds[name]))
  for (const [suite, cases] of await suites()) {
    console.log(`${suite}: ${cases.length} cases`);
    for (const { name, run } of cases)
      try {
        await run();
        passed++;
      } catch (error) {
        failures.push(`${suite}: ${name}: ${String(error).split("\n")[0]}`);
        console.log(failures.at(-1));
      }
  }
for (const directory of directories) rmSync(directory, { recursive: true, force: true });
console.log(JSON.stringify({ passed, failures }));
