import { lstatSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { userInfo } from "node:os";
import { delimiter, dirname, join, parse, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AtcError, absentOnly, fromSystemError, isAbsence } from "@atc/contract";

/**
 * Whether files may configure this process or run code in it.
 *
 * Who may change a file is who owns it or may write it, and who may put another one in its place: who owns or may write a folder that leads to it. All of
 * these must be the user or root. What others may write in a sticky folder, such as `/tmp`, they cannot replace if they do not own it. Links are followed:
 * what leads to a link counts as well as what leads to its target.
 *
 * Two things are taken all the same. `ATC_TRUST` names folders whose content is trusted. The users and groups who may change the code that runs already
 * gain nothing: below the folder in which they may do so, their files are taken.
 */
export interface Trust {
  /**
   * Throws ATC_UNTRUSTED if others may change the file or folder at `path`; what is not there is fine. Windows is not checked.
   *
   * @param use - what the path is taken as, for the message: `a configuration`
   * @param instead - what the user can do besides, for the message
   */
  check(path: string, use: string, instead?: string): void;
}

/** What {@link createTrust} goes by. */
export interface TrustOptions {
  /** The variables of the environment: `ATC_TRUST` holds folders, separated as in `PATH`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative folders of `ATC_TRUST` lie. */
  readonly cwd: string;
}

/** Something on the way to a file that others may change. */
interface Weakness {
  readonly path: string;
  readonly status: Stats;
  /** The user, where their ownership is what is wrong. */
  readonly owner?: number;
  /** The group that may write it. */
  readonly group?: number;
  /** Whether all others may write it. */
  readonly others?: boolean;
}

const groupWrites = 0o020;
const othersWrite = 0o002;
const sticky = 0o1000;
/** Links that a path may lead over, as on Linux. */
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

/** Everything that others may change on the way to `path`, from the root on, the links' targets and `path` itself included. */
function weaknesses(path: string, user: number, statuses: Map<string, Stats | undefined>): readonly Weakness[] {
  const found = new Map<string, Weakness>();
  const isOurs = (uid: number): boolean => uid === user || uid === 0;
  let links = 0;
  let steps = stepsOf(path);
  let place = parse(path).root;
  let parent: Stats | undefined;
  for (let status = statusOf(place, statuses); status !== undefined; ) {
    const isLink = status.isSymbolicLink();
    // A link cannot be changed, only replaced: that is up to its folder, and in a sticky folder to its owner.
    const replaceable = parent !== undefined && isSticky(parent) && !isOurs(status.uid);
    const weakness = isLink
      ? replaceable && { path: place, status, owner: status.uid }
      : weaknessOf(place, status, isOurs);
    if (weakness) found.set(place, weakness);
    if (isLink) {
      if (++links > mostLinks) throw new AtcError("ATC_IO", `"${path}": its links lead in a circle; remove the link`);
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

/** The user's own group: what the list of users says, or the process's for a user who is not in it, as in containers. */
function primaryGroup(): number | undefined {
  if (group === undefined)
    try {
      group = userInfo().gid;
    } catch {
      group = process.getegid?.();
    }
  return group;
}

/** Who may change the code that runs, and in which folder. */
interface RunningCode {
  /** Whether a weakness lets in nobody else. */
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

/** A path as a shell takes it: whoever planted it may have chosen its name. */
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
  const message = `"${path}" is not taken as ${use}: ${who} ${place}, and could have you run other code (owner ${status.uid}, group ${status.gid}, mode ${mode})`;
  const cures = [
    `run ${curesOf(weakness).join(" && ")}`,
    ...(instead === undefined ? [] : [instead]),
    `if you trust who may change it, set ATC_TRUST=${shellWord(trustedPlace(weakness))}`,
  ];
  return new AtcError("ATC_UNTRUSTED", `${message}; ${cures.join(", or ")}`, {
    details: { path, weak, owner: status.uid, group: status.gid, mode },
  });
}

/** The commands that leave a path to the user. */
function curesOf({ path, owner, group, others }: Weakness): readonly string[] {
  const bits = [...(group === undefined ? [] : ["g-w"]), ...(others === true ? ["o-w"] : [])].join(",");
  return [
    ...(owner === undefined ? [] : [`chown ${process.geteuid?.()} ${shellWord(path)}`]),
    ...(bits === "" ? [] : [`chmod ${bits} ${shellWord(path)}`]),
  ];
}

/** What `ATC_TRUST` must name: the folder of a file, but never one that everybody writes, such as `/tmp`. */
function trustedPlace({ path, status }: Weakness): string {
  const folder = dirname(path);
  const above = present(folder);
  return status.isDirectory() || above === undefined || isSticky(above) ? path : folder;
}
