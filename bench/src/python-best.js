import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Prints `{ ratio, setting }` for each file: the best ratio of a module over its algorithms, levels, shuffles, filters
 * and block sizes.
 */
const worker = `
import json, sys
def blosc1(content, typesize):
    import blosc
    blosc.set_nthreads(1)
    for cname, levels in (("zstd", (1, 5, 9)), ("zlib", (9,)), ("lz4hc", (9,)), ("blosclz", (9,))):
        for clevel in levels:
            for shuffle in (0, 1, 2):
                for blocksize in (0, 1 << 20):
                    blosc.set_blocksize(blocksize)
                    yield len(blosc.compress(content, typesize, clevel, shuffle, cname)), f"{cname} {clevel} {('no', 'byte', 'bit')[shuffle]}"
def blosc2(content, typesize):
    import blosc2
    F, C = blosc2.Filter, blosc2.Codec
    filters = ([F.NOFILTER], [F.SHUFFLE], [F.BITSHUFFLE], [F.SHUFFLE, F.BYTEDELTA], [F.DELTA, F.SHUFFLE], [F.DELTA, F.BITSHUFFLE], [F.DELTA, F.SHUFFLE, F.BYTEDELTA])
    for codec, levels in ((C.ZSTD, (1, 5, 9)), (C.ZLIB, (9,)), (C.LZ4HC, (9,))):
        for clevel in levels:
            for chosen in filters:
                for blocksize in (0, 1 << 20):
                    meta = [typesize if one == F.BYTEDELTA else 0 for one in chosen]
                    cparams = dict(codec=codec, clevel=clevel, typesize=typesize, filters=chosen, filters_meta=meta, nthreads=1)
                    if blocksize:
                        cparams["blocksize"] = min(blocksize, len(content))
                    chunk = blosc2.SChunk(chunksize=len(content), data=content, cparams=cparams)
                    yield chunk.cbytes, f"{codec.name.lower()} {clevel} {'+'.join(one.name.lower() for one in chosen)}"
for line in sys.argv[2:]:
    path, typesize = line.rsplit(":", 1)
    content = open(path, "rb").read()
    length, setting = min({"blosc": blosc1, "blosc2": blosc2}[sys.argv[1]](content, int(typesize)))
    print(json.dumps({"ratio": len(content) / length, "setting": setting}), flush=True)
`;

function pythonWith(module) {
  const candidates = [process.env.ATC_PYTHON_BLOSC2, process.env.ATC_PYTHON, "python3", "/usr/bin/python3"];
  return candidates.filter(Boolean).find((python) => spawnSync(python, ["-c", `import ${module}`]).status === 0);
}

/**
 * The best results of python-blosc and python-blosc2 over all settings, by array: `{ blosc, blosc2 }`, each undefined
 * if no Python has it.
 *
 * @param {Record<string, { bytes: Uint8Array, typesize: number }>} arrays
 * @param {string} folder
 */
export function pythonBest(arrays, folder) {
  const names = Object.keys(arrays);
  const files = names.map((name, i) => {
    const file = join(folder, String(i));
    writeFileSync(file, arrays[name].bytes);
    return `${file}:${arrays[name].typesize}`;
  });
  const of = (module) => {
    const python = pythonWith(module);
    if (python === undefined) return [];
    const { stdout } = spawnSync(python, ["-c", worker, module, ...files], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  const [blosc, blosc2] = [of("blosc"), of("blosc2")];
  return Object.fromEntries(names.map((name, i) => [name, { blosc: blosc[i], blosc2: blosc2[i] }]));
}
