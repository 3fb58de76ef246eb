import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Keeps arrays in memory and times its own calls: compress to a new bytes object, decompress into an existing array.
 */
const worker = `
import json, sys, time
import blosc, numpy
blosc.set_nthreads(1)
shuffles = {"noshuffle": blosc.NOSHUFFLE, "shuffle": blosc.SHUFFLE, "bitshuffle": blosc.BITSHUFFLE}
content, target = b"", None
for line in sys.stdin:
    task = json.loads(line)
    if "file" in task:
        content = open(task["file"], "rb").read()
        target = numpy.empty(len(content), dtype=numpy.uint8)
        target.fill(1)
        print("{}", flush=True)
        continue
    blosc.set_blocksize(task.get("blocksize", 0))
    arguments = dict(typesize=task["typesize"], clevel=task["clevel"], shuffle=shuffles[task["shuffle"]], cname=task["cname"])
    before = time.process_time()
    frame = blosc.compress(content, **arguments)
    between = time.process_time()
    blosc.decompress_ptr(frame, target.ctypes.data)
    after = time.process_time()
    print(json.dumps({"length": len(frame), "compressMs": (between - before) * 1e3, "decompressMs": (after - between) * 1e3}), flush=True)
`;

function findPython() {
  const candidates = [process.env.ATC_PYTHON, "python3", "/usr/bin/python3"].filter((one) => one !== undefined);
  return candidates.find((python) => spawnSync(python, ["-c", "import blosc, numpy"]).status === 0);
}

/** A python-blosc that answers tasks with its own CPU times; undefined if no Python has blosc and numpy. */
export function startPythonBlosc() {
  const python = findPython();
  if (python === undefined) return undefined;
  const child = spawn(python, ["-c", worker], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    run: async (task) => {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error("the Python process ended");
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
}
