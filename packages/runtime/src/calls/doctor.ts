import { lstat, mkdir, readFile, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type AtcConfig, configDefaults } from "@atc/config";
import {
  type AtcErrorCode,
  absentOnly,
  fromSystemError,
  isAbsence,
  isAtcError,
  systemFaults,
  systemNameOf,
} from "@atc/contract";
import { mappingBackend, networkFileSystems } from "@atc/mmap-store";
import { strategyPlace } from "../backtest/strategy-place.ts";
import { findCodec } from "../cache/compression.ts";
import { openByteStore } from "../cache/configured-cache.ts";
import { openSharedStore } from "../cache/shared-store.ts";
import { datasetLeftovers } from "../data/dataset-leftovers.ts";
import type { InstalledPlugin } from "../plugins/installed-plugins.ts";
import { chosenExecutor, chosenStore } from "../wiring/chosen-plugins.ts";
import { configuredFile } from "../wiring/configured-path.ts";
import type { Setup } from "../wiring/setup.ts";

/** What {@link doctor} found about one thing. */
export interface DoctorFinding {
  /** `ok`; `note` if it costs speed or comfort; `fault` if it will stop a run. */
  readonly state: "ok" | "note" | "fault";
  /**
   * What was checked: `Node`, `mapping`, `configuration`, `datasets`, `leftovers`, `cache`, `cache bounds`, `disk`,
   * `plugins`, or a choice of the configuration: `compression`, `dataStore`, `cacheStore`, `cacheShared`,
   * `executor`, `strategy`, `signals` or `universe`.
   */
  readonly what: string;
  /** The result, for people. */
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Of a fault: the code of the error that will stop the run. */
  readonly code?: AtcErrorCode;
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
        // The folder does not have to exist, so this is a fault of the disk.
        code: isAbsence(error) ? "ATC_IO" : fromSystemError(error, "", "").code,
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
    : { state: "fault", what: "Node", found, remedy: "install Node 20.19 or later", code: "ATC_UNSUPPORTED" };
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

/** Segments that programs keep open although no dataset has them any more. */
async function checkLeftovers(config: AtcConfig): Promise<readonly DoctorFinding[]> {
  return (await datasetLeftovers(config)).map(({ dataset, files, bytes }) => ({
    state: "note",
    what: "leftovers",
    found: `${files} ${files === 1 ? "file" : "files"} (${(bytes / 1e6).toFixed(1)} MB) of the dataset "${dataset}" that it no longer needs`,
    remedy: "end the programs that read it; the next command removes them",
  }));
}

/** The bounds of the cache, which a long run may reach. */
function cacheBounds({ cacheMaxBytes, cacheMaxEntries, cacheMaxAgeSeconds }: AtcConfig): DoctorFinding {
  const age = cacheMaxAgeSeconds === undefined ? "" : `, ${cacheMaxAgeSeconds} s without use`;
  const shown = (count: number): string => count.toLocaleString("en");
  const found = `at most ${shown(cacheMaxBytes)} bytes in ${shown(cacheMaxEntries)} files${age}`;
  return { state: "ok", what: "cache bounds", found };
}

/** The finding of an error that will stop a run. */
function faultOf(what: string, error: unknown): DoctorFinding {
  if (!isAtcError(error)) throw error;
  return { state: "fault", what, found: error.message, code: error.code };
}

/** The plugins by kind: `codec: blosc, zstd; source: csv`. */
function listOf(plugins: readonly InstalledPlugin[]): string {
  if (plugins.length === 0) return "none installed";
  const kinds = [...new Set(plugins.map(({ kind }) => kind))].sort((a, b) => (a < b ? -1 : 1));
  const namesOf = (kind: string): readonly string[] =>
    plugins.filter((one) => one.kind === kind).map(({ name }) => name);
  return kinds.map((kind) => `${kind}: ${namesOf(kind).join(", ")}`).join("; ");
}

/** Whether a plugin that the configuration chooses is installed and starts. */
async function checkChoice(what: string, chosen: string, start: () => Promise<unknown>): Promise<DoctorFinding> {
  try {
    await start();
    return { state: "ok", what, found: chosen };
  } catch (error) {
    return faultOf(what, error);
  }
}

async function dispose(product: AsyncDisposable): Promise<void> {
  await product[Symbol.asyncDispose]();
}

/** The installed plugins, and those that the configuration chooses instead of the defaults. */
async function checkPlugins(setup: Setup): Promise<readonly DoctorFinding[]> {
  const { config, host, env } = setup;
  const { useCompression, compressionAlgorithm, dataStore, cacheStore, cacheShared, executor } = config;
  const findings: DoctorFinding[] = [];
  try {
    findings.push({ state: "ok", what: "plugins", found: listOf(await host.installed()) });
    findings.push(...(await host.faults()).map((error) => faultOf("plugins", error)));
  } catch (error) {
    // Without a list of plugins, every choice would fail for the same reason.
    return [faultOf("plugins", error)];
  }
  if (useCompression)
    findings.push(await checkChoice("compression", compressionAlgorithm, () => findCodec(config, host)));
  if (dataStore !== configDefaults.dataStore)
    findings.push(
      await checkChoice("dataStore", dataStore, async () => await dispose((await chosenStore(setup)).store)),
    );
  if (cacheStore !== configDefaults.cacheStore)
    findings.push(
      await checkChoice("cacheStore", cacheStore, async () => await dispose(await openByteStore(config, host))),
    );
  if (cacheShared !== undefined)
    findings.push(
      await checkChoice("cacheShared", cacheShared, async () => {
        await using store = await openSharedStore(cacheShared, host, env);
        await store.get("none", { touch: false });
      }),
    );
  if (executor !== configDefaults.executor)
    findings.push(await checkChoice("executor", executor, async () => await dispose(await chosenExecutor(setup, 1))));
  return findings;
}

/** Whether the strategy and the files that the configuration names exist. Their content is not read. */
async function checkDecisions(setup: Setup): Promise<readonly DoctorFinding[]> {
  const { config } = setup;
  const findings: DoctorFinding[] = [];
  if (config.strategy !== configDefaults.strategy) {
    const find = async (): Promise<unknown> => await strategyPlace(setup);
    findings.push(await checkChoice("strategy", config.strategy, find));
  }
  for (const key of ["signals", "universe"] as const) {
    const path = config[key];
    if (path === undefined) continue;
    findings.push(await checkChoice(key, path, () => Promise.resolve().then(() => configuredFile(setup, key, path))));
  }
  return findings;
}

/**
 * Checks what a run needs: Node, the mapping backend, the configuration, the folders and their disks, the plugins that
 * are installed and those that the configuration chooses, the strategy and the files of decisions and members. What is
 * missing is a finding, not an error.
 */
export async function doctor(setup: Setup): Promise<readonly DoctorFinding[]> {
  const { config, loaded } = setup;
  return [
    checkNode(),
    checkMapping(),
    { state: "ok", what: "configuration", found: loaded.file ?? "no file; defaults, environment and options" },
    ...(await checkFolder("datasets", config.dataDir)),
    ...(await checkLeftovers(config)),
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
    ...(await checkPlugins(setup)),
    ...(await checkDecisions(setup)),
  ];
}
