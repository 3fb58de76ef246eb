import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { mmapStore } from "@atc/mmap-store";
import { openRun, saveRun } from "@atc/runs";
import { builtModule } from "../../built-module.js";
import { newFolder } from "../../new-folder.js";
import { contentOf, createBars } from "../../operations/bars.js";
import { draft } from "../../operations/sample-run.js";
import { mutated, mutatedJson } from "../mutate.js";

const { copyArrays, checksum, readNpz, writeNpz } = await builtModule("cache/dist/entry/npz.js");
const { formatHead, parseHead } = await builtModule("runs/dist/run-head.js");
const { openJournal } = await builtModule("ingest/dist/files/journal.js");

/** Half of the inputs are changed as bytes, which mostly meets a checksum; half are changed and get a right one. */
function behindChecksum(withChecksum) {
  return (random, valid) => {
    if (random.below(2) === 0) return mutated(random, valid);
    try {
      return withChecksum(random, random.pick(valid));
    } catch {
      // The writer refuses the change.
      return mutated(random, valid);
    }
  };
}

const fixture = "a80124f776c1cbc4a257e5cb269d90220cb786fbad1fce72f1e7487f27dda18f.npz";

/** @type {import("../reader.js").Reader} */
const npz = {
  name: "npz",
  valid: async () => [await readFile(new URL(`../../../../packages/cache/test/fixtures/${fixture}`, import.meta.url))],
  read(bytes) {
    const found = readNpz(bytes);
    if (!("newer" in found)) copyArrays(found);
  },
  change: behindChecksum((random, one) => {
    const found = readNpz(one);
    const arrays = copyArrays(found).map(([name, values], i) =>
      checksum({ name, values, dtype: found.metadata.arrays[i].dtype }),
    );
    return Buffer.from(writeNpz(mutatedJson(random, found.metadata), arrays).payload);
  }),
};

function withCrc(value) {
  const text = `${JSON.stringify(value, undefined, 1).slice(0, -2)},\n`;
  return Buffer.from(`${text} "crc32": "${crc32(text).toString(16).padStart(8, "0")}"\n}\n`);
}

/** @returns {import("../reader.js").Reader} */
function manifestReader() {
  let folder;
  let path;
  let store;
  return {
    name: "manifest",
    async valid() {
      folder = await newFolder();
      store = mmapStore({ directory: folder, segmentBytes: 16_384 });
      await createBars(store, 900, 1);
      path = join(folder, "d", "manifest.json");
      return [await readFile(path)];
    },
    async read(bytes) {
      await writeFile(path, bytes);
      await contentOf(store);
    },
    change: behindChecksum((random, one) => {
      const { crc32: _, ...value } = JSON.parse(one);
      return withCrc(mutatedJson(random, value));
    }),
    folder: () => folder,
  };
}

/** @returns {import("../reader.js").Reader} */
function runReader() {
  let folder;
  let id;
  let path;
  return {
    name: "run",
    async valid() {
      folder = await newFolder();
      const files = { "trades.arrow": [Uint8Array.of(1, 2, 3)] };
      ({ id } = await saveRun({
        directory: folder,
        run: draft,
        symbols: [{ symbol: "A", rows: 2, digests: {}, metrics: null }],
        files,
        createdAt: 1e12,
      }));
      path = join(folder, id, "run.json");
      return [await readFile(path)];
    },
    async read(bytes) {
      await writeFile(path, bytes);
      const opened = await openRun(id, { directory: folder });
      for (const file of opened.files) await opened.read(file);
      await opened.symbols();
    },
    change: behindChecksum((random, one) => {
      const { run, files } = parseHead(one, path, id);
      const { id: _, ...rest } = mutatedJson(random, { ...run, files });
      return Buffer.from(formatHead({ run: { id, ...rest }, files: rest.files }));
    }),
    folder: () => folder,
  };
}

/** @returns {import("../reader.js").Reader} */
function journalReader() {
  const subject = { fingerprint: "f", starts: [0, 100, 200], end: 300 };
  let folder;
  let serial = 0;
  return {
    name: "journal",
    async valid() {
      folder = await newFolder();
      const scratch = join(folder, "made");
      const journal = await openJournal({ scratch, lock: {} }, subject);
      await writeFile(journal.path(0), "0123456789");
      await journal.add(0, { path: journal.path(0), bytes: 10, crc: crc32("0123456789"), rows: 3, symbols: ["A"] });
      return [await readFile(join(scratch, "runs", "journal.jsonl"))];
    },
    async read(bytes) {
      const scratch = join(folder, `scratch-${serial++}`);
      const abandoned = join(scratch, "abandoned");
      await mkdir(join(abandoned, "runs"), { recursive: true });
      await writeFile(join(abandoned, "runs", "journal.jsonl"), bytes);
      await writeFile(join(abandoned, "runs", "0.run"), "0123456789");
      const journal = await openJournal({ scratch, lock: { abandoned } }, subject);
      for (const [slice] of journal.starts.entries()) journal.find(slice);
      await journal.remove();
      if ((await readdir(scratch)).length > 0) throw new RangeError("the journal left files");
    },
    folder: () => folder,
  };
}

/** @type {readonly import("../reader.js").Reader[]} */
export const storedFileReaders = [npz, manifestReader(), runReader(), journalReader()];
