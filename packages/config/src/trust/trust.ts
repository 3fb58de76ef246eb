import { lstatSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { userInfo } from "node:os";
import { delimiter, dirname, join, parse, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AtcError, absentOnly, fromSystemError, isAbsence } from "@atc/contract";

/**
 * Whether files may configure this process or run code in it.
 *
 * Users may change a file if they own it or may write it. They may replace it if they own or may write a folder on its
 * path. All of these users must be the current user or root. In a sticky folder, such as `/tmp`, others cannot replace
 * files that they do not own. Links are followed: the folders on the path to a link count, and those on the path to
 * its target.
 *
 * There are two exceptions. `ATC_TRUST` names folders whose content is trusted. Users and groups that may change the
 * running code gain nothing by changing a file, so their files below that code's folder are trusted.
 */
export interface Trust {
  /**
   * Throws ATC_UNTRUSTED if others may change the file or folder at `path`. A path that does not exist is accepted.
   * Nothing is checked on Windows.
   *
   * @param use - what the path is used as, for the message: `a configuration`
   * @param instead - another remedy, for the message
   */
  check(path: string, use: string, instead?: string): void;
}

/** Options of {@link createTrust}. */
export interface TrustOptions {
  /** The variables of the environment: `ATC_TRUST` holds folders, separated as in `PATH`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The base of relative folders in `ATC_TRUST`. */
  readonly cwd: string;
}

/** Something on the way to a file that others may change. */
interface Weakness {
  readonly path: string;
  readonly status: Stats;
  /** The owner, if the ownership is at fault. */
  readonly owner?: number;
  /** The group that may write it. */
  readonly group?: number;
  /** Whether all others may write it. */
  readonly others?: boolean;
}

const groupWrites = 0o020;
const othersWrite = 0o002;
const sticky = 0o1000;
/** Maximum number of links on a path, as on Linux. */
const mostLinks = 40;

/** The trust of this process. */
export function createTrust({ env, cwd }: TrustOptions): Trust {
  const user = process.geteuid?.();
  if (user === undefined) return { check: () => undefined };
  const named = (env["ATC_TRUST"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const folders = named.flatMap((folder) => places(resolve(cwd, folder)));
  const statuses = new Map<string, Stats | undefined>();
  const running = runningCode(user, statuses);
  const seen = new Map<string, Weakness | undefined>();
  const isTaken = (path: string): boolean => folders.some((folder) => isWithin(path, folder));
  const weaknessAt = (path: string): Weakness | undefined => {
    if (folders.length > 0 && places(path).every(isTaken)) return undefined;
    return weaknesses(path, user, statuses).find((one) => !running.covers(one) && !isTaken(one.path));
  };
  return {
    check(path, use, instead) {
      const absolute = resolve(path);
      try {
        if (!seen.has(absolute)) seen.set(absolute, weaknessAt(absolute));
      } catch (error) {
        throw fromSystemError(
          error,
          `cannot check who may change "${absolute}"`,
          "check the permissions of its folders",
        );
      }
      const weakness = seen.get(absolute);
      if (weakness !== undefined) throw untrusted(absolute, use, weakness, instead);
    },
  };
}

/** A path as it is written and as the system resolves it. */
function places(path: string): readonly string[] {
  try {
    return [...new Set([path, realpathSync(path)])];
  } catch (error) {
    if (!isAbsence(error)) throw error;
    return [path];
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function statusOf(path: string, statuses: Map<string, Stats | undefined>): Stats | undefined {
  if (!statuses.has(path)) statuses.set(path, present(path));
  return statuses.get(path);
}

function present(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return absentOnly(error);
  }
}

/**
 * Everything on the path from the root to `path` that others may change, including `path` itself and the targets of
 * links.
 */
function weaknesses(path: string, user: number, statuses: Map<string, Stats | undefined>): readonly Weakness[] {
  const found = new Map<string, Weakness>();
  const isOurs = (uid: number): boolean => uid === user || uid === 0;
  let links = 0;
  let steps = stepsOf(path);
  let place = parse(path).root;
  let parent: Stats | undefined;
  for (let status = statusOf(place, statuses); status !== undefined; ) {
    const isLink = status.isSymbolicLink();
    // A link cannot be changed, only replaced: by whom depends on its folder, and in a sticky folder on its owner.
    const replaceable = parent !== undefined && isSticky(parent) && !isOurs(status.uid);
    const weakness = isLink
      ? replaceable && { path: place, status, owner: status.uid }
      : weaknessOf(place, status, isOurs);
    if (weakness) found.set(place, weakness);
    if (isLink) {
      if (++links > mostLinks) throw new AtcError("ATC_IO", `"${path}": its links form a circle; remove the link`);
      const target = resolve(dirname(place), readlinkSync(place));
      steps = [...stepsOf(target), ...steps];
      place = parse(target).root;
      parent = undefined;
    } else {
      const [next, ...rest] = steps;
      if (next === undefined) break;
      parent = status;
      place = join(place, next);
      steps = rest;
    }
    status = statusOf(place, statuses);
  }
  return [...found.values()];
}

function stepsOf(path: string): readonly string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((step) => step !== "");
}

function isSticky({ mode }: Stats): boolean {
  return (mode & sticky) !== 0 && (mode & (groupWrites | othersWrite)) !== 0;
}

function weaknessOf(path: string, status: Stats, isOurs: (uid: number) => boolean): Weakness | undefined {
  const { uid, gid, mode } = status;
  const foreign = isOurs(uid) ? {} : { owner: uid };
  const isSafeToShare = status.isDirectory() && (mode & sticky) !== 0;
  const shared = isSafeToShare
    ? {}
    : {
        ...((mode & groupWrites) !== 0 && gid !== primaryGroup() ? { group: gid } : {}),
        ...((mode & othersWrite) !== 0 ? { others: true } : {}),
      };
  const weakness = { path, status, ...foreign, ...shared };
  return Object.keys(weakness).length === 2 ? undefined : weakness;
}

let group: number | undefined;

/**
 * The user's own group in the system's list of users. For a user who is not listed, as in containers, the group of the
 * process.
 */
function primaryGroup(): number | undefined {
  if (group === undefined)
    try {
      group = userInfo().gid;
    } catch {
      group = process.getegid?.();
    }
  return group;
}

/** The users and groups that may change the running code, and its folder. */
interface RunningCode {
  /** Whether a weakness admits only those users and groups. */
  covers(weakness: Weakness): boolean;
}

function runningCode(user: number, statuses: Map<string, Stats | undefined>): RunningCode {
  const { url } = import.meta;
  const known = url.startsWith("file:") ? weaknesses(fileURLToPath(url), user, statuses) : [];
  const [first] = known;
  const owners = new Set(known.map(({ owner }) => owner));
  const groups = new Set(known.map(({ group: one }) => one));
  const others = known.some((one) => one.others === true);
  return {
    covers: (weakness) =>
      first !== undefined &&
      isWithin(weakness.path, first.path) &&
      (weakness.owner === undefined || owners.has(weakness.owner)) &&
      (weakness.group === undefined || groups.has(weakness.group)) &&
      (weakness.others !== true || others),
  };
}

/** A path as a word of a shell, quoted because an attacker may have chosen it. */
function shellWord(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function untrusted(path: string, use: string, weakness: Weakness, instead: string | undefined): AtcError {
  const { path: weak, status, owner, group, others } = weakness;
  const mode = (status.mode & 0o7777).toString(8).padStart(4, "0");
  const who = [
    ...(owner === undefined ? [] : [`the user ${owner} owns`]),
    ...(group === undefined ? [] : [`the group ${group} may write`]),
    ...(others === true ? ["every user may write"] : []),
  ].join(" and ");
  const place = weak === path ? "it" : `"${weak}", which leads to it`;
  const message = `"${path}" is not used as ${use}: ${who} ${place}, and could have you run other code (owner ${status.uid}, group ${status.gid}, mode ${mode})`;
  const cures = [
    `run ${curesOf(weakness).join(" && ")}`,
    ...(instead === undefined ? [] : [instead]),
    `if you trust everyone who may change it, set ATC_TRUST=${shellWord(trustedPlace(weakness))}`,
  ];
  return new AtcError("ATC_UNTRUSTED", `${message}; ${cures.join(", or ")}`, {
    details: { path, weak, owner: status.uid, group: status.gid, mode },
  });
}

/** The commands that make the user the only one who may change a path. */
function curesOf({ path, owner, group, others }: Weakness): readonly string[] {
  const bits = [...(group === undefined ? [] : ["g-w"]), ...(others === true ? ["o-w"] : [])].join(",");
  return [
    ...(owner === undefined ? [] : [`chown ${process.geteuid?.()} ${shellWord(path)}`]),
    ...(bits === "" ? [] : [`chmod ${bits} ${shellWord(path)}`]),
  ];
}

/** The value for `ATC_TRUST`: the folder of a file, unless everyone may write to it, as to `/tmp`; then the file. */
function trustedPlace({ path, status }: Weakness): string {
  const folder = dirname(path);
  const above = present(folder);
  return status.isDirectory() || above === undefined || isSticky(above) ? path : folder;
}
