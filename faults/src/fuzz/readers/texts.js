import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFs } from "@atc/cache-fs";
import { loadConfig } from "@atc/config";
import { builtModule } from "../../built-module.js";
import { newFolder } from "../../new-folder.js";

const { openBlock } = await builtModule("report/dist/reading/arrays.js");
const { zipArchive } = await builtModule("report/dist/block/zip.js");
const { npyBytes } = await builtModule("report/dist/block/npy.js");

const yaml = `# a configuration
atc: &base
  feeBps: 10
  cacheDir: "./cache"
  weights: { A: 0.5, "B b": 0.25, 0700: 0.25 }
plugins:
  - "@atc/codec-zstd"
`;
const flat = "feeBps: 10\nslippageBps: 1.5\nfill: worst\ncacheDir: x\n";

/** @returns {import("../reader.js").Reader} */
function configReader(name, file, texts) {
  let folder;
  return {
    name,
    async valid() {
      folder = await newFolder();
      return texts.map((text) => Buffer.from(text));
    },
    async read(bytes) {
      const path = join(folder, file);
      await writeFile(path, bytes);
      await loadConfig({ cwd: folder, file: path, env: {} });
    },
    folder: () => folder,
  };
}

/** @returns {import("../reader.js").Reader} */
function cacheLogReader() {
  let folder;
  const log = "~store-v1/closed-00000000-1-0123456789-0.log";
  return {
    name: "cache-log",
    async valid() {
      folder = await newFolder();
      const store = await cacheFs({ directory: folder });
      await store.set("a", Uint8Array.of(1, 2, 3));
      await store[Symbol.asyncDispose]();
      return [Buffer.from("+ 1700000000000000 3 a\n+ 1700000000000001 40 b/c\n- 1700000000000002 b/c\n")];
    },
    async read(bytes) {
      await writeFile(join(folder, log), bytes);
      const store = await cacheFs({ directory: folder, maxBytes: 1e9 });
      let isListed = false;
      for await (const { key, size } of store.list()) {
        if (key !== "a") throw new RangeError(`the key "${key}" has no file`);
        isListed = size === 3;
      }
      await store[Symbol.asyncDispose]();
      if (!isListed && Buffer.compare((await readBack()) ?? [], Uint8Array.of(1, 2, 3)) !== 0)
        throw new RangeError("the value is lost");
    },
    folder: () => folder,
  };

  async function readBack() {
    const store = await cacheFs({ directory: folder });
    try {
      return await store.get("a", { touch: false });
    } finally {
      await store[Symbol.asyncDispose]();
    }
  }
}

function reportBlock() {
  const arrays = {
    x: { n: 3, enc: "delta", scale: 100, origin: 1000 },
    times: { n: 3, enc: "regular", scale: 1, step: 60 },
  };
  const head = { format: "atc-report", version: 1, n: 3, arrays };
  return zipArchive([
    { name: "report.json", bytes: Buffer.from(JSON.stringify(head)) },
    { name: "x.npy", bytes: npyBytes(Int16Array.of(1, 2, 3)) },
  ]);
}

/** @type {readonly import("../reader.js").Reader[]} */
export const textReaders = [
  configReader("yaml", "atc.yaml", [yaml, flat]),
  configReader("config-json", "atc.json", ['{"feeBps": 10, "plugins": ["@atc/codec-zstd"], "weights": {"A": 1}}']),
  cacheLogReader(),
  {
    name: "report-block",
    // It runs in browsers, on the page that holds the block.
    hasNoCodes: true,
    valid: () => [Buffer.from(reportBlock())],
    async read(bytes) {
      const block = await openBlock(bytes.toString("base64"));
      for (const name of Object.keys(block.json.arrays ?? {}))
        if ((block.entry(name)?.n ?? 0) < 1e6) await block.values(name);
    },
  },
];
