import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../docs/python/", import.meta.url));

/** A Python that has numpy; undefined if there is none. */
export const python: string | undefined = [process.env["ATC_PYTHON"], "python3", "/usr/bin/python3"]
  .filter((one) => one !== undefined)
  .find((one) => spawnSync(one, ["-c", "import numpy"]).status === 0);

const script = `
import json, struct, sys, zlib
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import atc_numeric
data = open(sys.argv[2], "rb").read()
out, at = [], 0
while at < len(data):
    (length,) = struct.unpack_from("<I", data, at)
    try:
        out.append(zlib.crc32(atc_numeric.decode(data[at + 4 : at + 4 + length])))
    except Exception as error:
        out.append(type(error).__name__)
    at += 4 + length
print(json.dumps(out))
`;

/** Decodes frames with the Python reader in one process: the CRC-32 of each content, or the name of the error. */
export function readWithPython(frames: readonly Uint8Array[]): readonly (number | string)[] {
  const place = mkdtempSync(join(tmpdir(), "atc-numeric-"));
  try {
    const file = join(place, "frames");
    const parts = frames.flatMap((frame) => [new Uint8Array(Uint32Array.of(frame.length).buffer), frame]);
    writeFileSync(file, Buffer.concat(parts));
    const { stdout, stderr } = spawnSync(python ?? "", ["-c", script, folder, file], {
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    if (stderr !== "") throw new Error(stderr);
    return JSON.parse(stdout) as readonly (number | string)[];
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
