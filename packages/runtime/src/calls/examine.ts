import { lstat, mkdir, readFile, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { absentOnly, systemFaults, systemNameOf } from "@atc/contract";
import { mappingBackend } from "@atc/mmap-store";
import type { Runtime } from "../wiring/runtime.ts";

/** One thing that was looked at. */
export interface Finding {
  /** `ok`; `note` for what costs speed or comfort; `fault` for what will stop a run. */
  readonly state: "ok" | "note" | "fault";
  /** What was looked at. */
  readonly what: string;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy?: string;
}

/** Below this much space, in bytes, a folder is told of. */
const fewBytes = 1e9;

/** Numbers by which Linux's statfs tells file systems on the network. */
const networkTypes: Readonly<Record<number, string>> = {
  26985: "NFS",
  4283649346: "CIFS",
  4266872130: "SMB2",
  1702057286: "FUSE",
  16914839: "9p",
};

async function existingParent(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    // A link that leads nowhere is there: a folder made of its path would not be.
    if ((await lstat(path).catch(absentOnly)) !== undefined || dirname(path) === path) return path;
  }
}

async function examineFolder(what: string, folder: string): Promise<readonly Finding[]> {
  let parent: string;
  try {
    parent = await existingParent(folder);
    const probe = join(parent, `.atc-probe-${process.pid}`);
    await mkdir(probe);
    await rm(probe, { recursive: true });
  } catch (error) {
    const name = systemNameOf(error);
    const told = error instanceof Error ? error.message : String(error);
    const reason = systemFaults.get(name) === undefined ? told : `${systemFaults.get(name)?.words} (${name})`;
    return [
      {
        state: "fault",
        what,
        found: `${folder} cannot be written: ${reason}`,
        remedy: "choose another folder in the configuration",
      },
    ];
  }
  const { bavail, bsize, type } = await statfs(parent);
  const free = bavail * bsize;
  const shown = `${folder}, ${(free / 1e9).toFixed(1)} GB free`;
  const network = networkTypes[type];
  return [
    free < fewBytes
      ? { state: "note", what, found: shown, remedy: "make room, or choose a folder on another disk" }
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

/** Whether the disk of a Linux block device spins; undefined where that cannot be told. */
async function spins(folder: string): Promise<boolean | undefined> {
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

function examineNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const found = `Node ${process.versions.node} on ${process.platform}-${process.arch}`;
  return major > 20 || (major === 20 && minor >= 19)
    ? { state: "ok", what: "Node", found }
    : { state: "fault", what: "Node", found, remedy: "install Node 20.19 or later" };
}

function examineMapping(): Finding {
  const { available, reason } = mappingBackend();
  return available
    ? { state: "ok", what: "mapping", found: "files can be mapped" }
    : {
        state: "note",
        what: "mapping",
        found: `files cannot be mapped: ${reason ?? "unknown"}`,
        remedy: "datasets are read instead, which gives the same results",
      };
}

/** Looks at what a run needs: Node, the mapping backend, the folders and their disks, the configuration, the plugins. */
export async function examine(runtime: Runtime): Promise<readonly Finding[]> {
  const { config, loaded } = runtime;
  const plugins = await runtime.host.installed();
  const spinning = await spins(config.dataDir);
  return [
    examineNode(),
    examineMapping(),
    { state: "ok", what: "configuration", found: loaded.file ?? "no file; defaults, environment and options" },
    ...(await examineFolder("datasets", config.dataDir)),
    ...(await examineFolder("cache", config.cacheDir)),
    ...(spinning === true
      ? [
          {
            state: "note",
            what: "disk",
            found: `${config.dataDir} is on a disk that the system calls rotational, as virtual disks often are`,
            remedy: "if it does spin, use a solid-state disk",
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
