import { lstat, mkdir, readFile, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AtcConfig } from "@atc/config";
import { absentOnly, systemFaults, systemNameOf } from "@atc/contract";
import { mappingBackend, networkFileSystems } from "@atc/mmap-store";
import type { Runtime } from "../wiring/runtime.ts";

/** What {@link doctor} found about one thing. */
export interface DoctorFinding {
  /** `ok`; `note` if it costs speed or comfort; `fault` if it will stop a run. */
  readonly state: "ok" | "note" | "fault";
  /** What was checked: `Node`, `mapping`, `configuration`, `datasets`, `cache`, `cache bounds`, `disk` or `plugins`. */
  readonly what: string;
  /** The result, for people. */
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Free bytes of a folder below which there is a note. */
const fewBytes = 1e9;

async function existingParent(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    // A link to a missing folder exists: a folder could not be made at its path.
    if ((await lstat(path).catch(absentOnly)) !== undefined || dirname(path) === path) return path;
  }
}

async function checkFolder(what: string, folder: string): Promise<readonly DoctorFinding[]> {
  let parent: string;
  try {
    parent = await existingParent(folder);
    const probe = join(parent, `.atc-probe-${process.pid}`);
    await mkdir(probe);
    await rm(probe, { recursive: true });
  } catch (error) {
    const name = systemNameOf(error);
    const words = systemFaults.get(name)?.words;
    const message = error instanceof Error ? error.message : String(error);
    return [
      {
        state: "fault",
        what,
        found: `${folder} cannot be written: ${words === undefined ? message : `${words} (${name})`}`,
        remedy: "choose another folder in the configuration",
      },
    ];
  }
  const { bavail, bsize, type } = await statfs(parent);
  const free = bavail * bsize;
  const shown = `${folder}, ${(free / 1e9).toFixed(1)} GB free`;
  const network = networkFileSystems.get(type >>> 0);
  return [
    free < fewBytes
      ? { state: "note", what, found: shown, remedy: "free some space, or choose a folder on another disk" }
      : { state: "ok", what, found: shown },
    ...(network === undefined
      ? []
      : [
          {
            state: "note",
            what,
            found: `${folder} is on a network disk (${network})`,
            remedy: "use a local disk, or keep useMemoryMapped: false",
          } as const,
        ]),
  ];
}

/** Whether Linux reports the block device of a folder as rotational; undefined if that is unknown. */
async function isRotational(folder: string): Promise<boolean | undefined> {
  try {
    const mounts = (await readFile("/proc/mounts", "utf8")).split("\n").map((line) => line.split(" "));
    const mount = mounts
      .filter(([, at]) => at !== undefined && folder.startsWith(at))
      .sort((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0))[0];
    const device = /^\/dev\/([a-z]+)\d*$/.exec(mount?.[0] ?? "")?.[1];
    return device === undefined
      ? undefined
      : (await readFile(`/sys/block/${device}/queue/rotational`, "utf8")).trim() === "1";
  } catch {
    return undefined;
  }
}

function checkNode(): DoctorFinding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const found = `Node ${process.versions.node} on ${process.platform}-${process.arch}`;
  return major > 20 || (major === 20 && minor >= 19)
    ? { state: "ok", what: "Node", found }
    : { state: "fault", what: "Node", found, remedy: "install Node 20.19 or later" };
}

function checkMapping(): DoctorFinding {
  const { available, reason } = mappingBackend();
  return available
    ? { state: "ok", what: "mapping", found: "files can be mapped" }
    : {
        state: "note",
        what: "mapping",
        found: `files cannot be mapped: ${reason ?? "unknown"}`,
        remedy: "datasets are read instead, with the same results",
      };
}

/** The bounds of the cache, which a long run may reach. */
function cacheBounds({ cacheMaxBytes, cacheMaxEntries, cacheMaxAgeSeconds }: AtcConfig): DoctorFinding {
  const age = cacheMaxAgeSeconds === undefined ? "" : `, ${cacheMaxAgeSeconds} s without use`;
  const found = `at most ${cacheMaxBytes} bytes, ${cacheMaxEntries} files${age}`;
  return { state: "ok", what: "cache bounds", found };
}

/** Checks what a run needs: Node, the mapping backend, the configuration, the folders and their disks, the plugins. */
export async function doctor(runtime: Runtime): Promise<readonly DoctorFinding[]> {
  const { config, loaded } = runtime;
  const plugins = await runtime.host.installed();
  return [
    checkNode(),
    checkMapping(),
    { state: "ok", what: "configuration", found: loaded.file ?? "no file; defaults, environment and options" },
    ...(await checkFolder("datasets", config.dataDir)),
    ...(await checkFolder("cache", config.cacheDir)),
    cacheBounds(config),
    ...((await isRotational(config.dataDir)) === true
      ? [
          {
            state: "note",
            what: "disk",
            found: `the system reports the disk of ${config.dataDir} as rotational, as virtual disks often are`,
            remedy: "if it does rotate, use a solid-state disk",
          } as const,
        ]
      : []),
    {
      state: "ok",
      what: "plugins",
      found: plugins.length === 0 ? "none installed" : plugins.map(({ kind, name }) => `${name} (${kind})`).join(", "),
    },
  ];
}
