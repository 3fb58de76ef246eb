import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createCache } from "../src/index.ts";
import { memoryStore } from "./memory-store.ts";
import { everyDtype, keyOf } from "./values.ts";

const candidates = [process.env["ATC_PYTHON"], "python3", "/usr/bin/python3"];

function withNumpy(command: string | undefined): command is string {
  if (command === undefined) return false;
  try {
    execFileSync(command, ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const python = candidates.find(withNumpy);
const script = `
import io, json, sys, zipfile
import numpy as np
out = {}
for path in sys.argv[1:]:
    data = open(path, "rb").read()
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    for info in archive.infolist():
        name = data[info.header_offset + 26:info.header_offset + 30]
        start = info.header_offset + 30 + int.from_bytes(name[:2], "little") + int.from_bytes(name[2:], "little")
        assert start % 64 == 0, (info.filename, start)
    loaded = np.load(io.BytesIO(data))
    for name in loaded.files:
        if name == "entry.json":
            out.setdefault("kinds", []).append(json.loads(loaded[name])["key"]["kind"])
        else:
            array = loaded[name]
            out[name] = [array.dtype.str, array.tobytes().hex()]
print(json.dumps(out))
`;

describe("Python", () => {
  it.skipIf(python === undefined)(
    "reads the payload with numpy.load (needs python3 with numpy, or ATC_PYTHON)",
    async () => {
      const store = memoryStore();
      const value = everyDtype();
      await createCache({ store }).set(keyOf(1), value);
      const directory = mkdtempSync(join(tmpdir(), "atc-numpy-"));
      try {
        const paths = [...store.kept.values()].map(({ value: bytes }, i) => {
          const path = join(directory, `${i}.npz`);
          writeFileSync(path, bytes);
          return path;
        });
        const text = execFileSync(python as string, ["-c", script, ...paths], { encoding: "utf8" });
        const { kinds, ...arrays } = JSON.parse(text);
        expect(kinds).toEqual(["votes", "votes", "votes"]);
        const expected = Object.entries(value.arrays).map(([name, values]) => {
          return [name, [descr[values.constructor.name], Buffer.from(values.buffer).toString("hex")]];
        });
        expect(arrays).toEqual(Object.fromEntries(expected));
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
  );
});

const descr: Readonly<Record<string, string>> = {
  Int8Array: "|i1",
  Uint8Array: "|u1",
  Int32Array: "<i4",
  Uint32Array: "<u4",
  BigInt64Array: "<i8",
  Float32Array: "<f4",
  Float64Array: "<f8",
};
