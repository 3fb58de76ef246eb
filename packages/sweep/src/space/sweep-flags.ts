import { conditionsOf } from "./conditions.ts";
import { spaceFault } from "./space-fault.ts";
import type { AxisDefinition, Over, SampleDefinition, SampleMethod, SweepDefinition } from "./sweep-definition.ts";
import { overs, sampleMethods } from "./sweep-words.ts";

/** A sweep as options of a command line. */
export interface SweepFlags {
  /** Each `--grid`: `emaLength=10..60:5`, `lambda=0.01,0.02`, `decay=0.001..0.1:log`. */
  readonly grid?: readonly string[] | undefined;
  /** Each `--tie`: `lengths`, or keys separated by commas. */
  readonly tie?: readonly string[] | undefined;
  /** Each `--where`. All must be true. */
  readonly where?: readonly string[] | undefined;
  /** `--random`: the number of configurations. */
  readonly random?: string | undefined;
  /** `--halving`: the number of configurations. */
  readonly halving?: string | undefined;
  /** `--tpe`: the number of configurations. */
  readonly tpe?: string | undefined;
  /** `--seed`. */
  readonly seed?: string | undefined;
  /** `--objective`. */
  readonly objective?: string | undefined;
  /** Each `--require`. All must be true. */
  readonly require?: readonly string[] | undefined;
  /** `--over`. */
  readonly over?: string | undefined;
  /** `--metrics`, separated by commas. */
  readonly metrics?: string | undefined;
}

function shownFlag(flag: string, text: string): string {
  return `--${flag} "${text}"`;
}

/** An integer of 0 or more as text. */
function integerOf(flag: string, text: string, least: number): number {
  const value = /^\d[\d_]*$/.test(text.trim()) ? Number(text.replaceAll("_", "")) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw spaceFault(`--${flag}`, `"${text}" is not a number; give an integer of ${least} or more`);
}

function gridOf(flags: readonly string[], origins: Map<string, string>): ReadonlyMap<string, AxisDefinition> {
  const grid = new Map<string, AxisDefinition>();
  for (const flag of flags) {
    const origin = shownFlag("grid", flag);
    const at = flag.indexOf("=");
    const key = flag.slice(0, Math.max(0, at)).trim();
    if (key === "") throw spaceFault(origin, "a key and its values are required, such as emaLength=10..60:5");
    if (grid.has(key))
      throw spaceFault(origin, `${key} has an axis already (${origins.get(`grid.${key}`)}); remove one of them`);
    grid.set(key, flag.slice(at + 1).trim());
    origins.set(`grid.${key}`, origin);
  }
  return grid;
}

/** The conditions of a file, and those of flags after them. */
function conditions(
  name: "where" | "require",
  flags: SweepFlags,
  below: Partial<SweepDefinition>,
  origins: Map<string, string>,
): readonly string[] | undefined {
  const first = below[name] === undefined ? [] : conditionsOf({ grid: {}, ...below }, name);
  const own = (flags[name] ?? []).map((text) => ({ text, origin: `--${name}` }));
  const all = [...first, ...own];
  for (const [index, { origin }] of all.entries()) origins.set(`${name}.${index}`, origin);
  return all.length === 0 ? undefined : all.map(({ text }) => text);
}

function sampleOf(flags: SweepFlags, below: SampleDefinition | undefined): SampleDefinition | undefined {
  const given = sampleMethods.filter((method) => method !== "grid" && flags[method] !== undefined);
  if (given.length > 1)
    throw spaceFault(
      given.map((method) => `--${method}`).join(" and "),
      "only one of them chooses the configurations; remove the others",
    );
  const [method] = given as readonly Exclude<SampleMethod, "grid">[];
  const seed = flags.seed === undefined ? undefined : integerOf("seed", flags.seed, 0);
  const chosen = method === undefined ? below : { ...below, method, count: integerOf(method, flags[method] ?? "", 1) };
  if (seed === undefined) return chosen;
  if ((chosen?.method ?? (chosen?.count === undefined ? "grid" : "random")) === "grid")
    throw spaceFault("--seed", "a grid draws no random numbers; remove it, or add --random N");
  return { ...chosen, seed };
}

function overOf(text: string): Over {
  const over = overs.find((one) => one === text.trim());
  if (over === undefined)
    throw spaceFault("--over", `"${text}" is not a way to join symbols; give ${overs.join(", ")}`);
  return over;
}

/** The members of a record that are not undefined. */
function present<Members extends object>(
  members: Members,
): { [Name in keyof Members]: Exclude<Members[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]: Exclude<Members[Name], undefined>;
  };
}

/**
 * The sweep that flags describe, over that of a file. An axis of the flags replaces the file's axis of the same key,
 * and `--where` and `--require` are added to the file's conditions. Other flags replace members of the file.
 *
 * @throws ATC_INVALID_CONFIG for flags that have another form
 */
export function sweepFlags(flags: SweepFlags, below: Partial<SweepDefinition> = {}): SweepDefinition {
  const origins = new Map(Object.entries(below.origins ?? {}));
  const own = gridOf(flags.grid ?? [], origins);
  const grid: Record<string, AxisDefinition> = Object.fromEntries([...Object.entries(below.grid ?? {}), ...own]);
  const ties = flags.tie ?? [];
  for (const [index, tie] of ties.entries())
    origins.set(`tie.${(below.tie ?? []).length + index}`, shownFlag("tie", tie));
  for (const name of ["objective", "over", "metrics"] as const)
    if (flags[name] !== undefined) origins.set(name, `--${name}`);
  const metrics = flags.metrics
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return {
    ...below,
    grid,
    ...present({
      tie: ties.length === 0 ? below.tie : [...(below.tie ?? []), ...ties],
      where: conditions("where", flags, below, origins),
      require: conditions("require", flags, below, origins),
      sample: sampleOf(flags, below.sample),
      objective: flags.objective ?? below.objective,
      over: flags.over === undefined ? below.over : overOf(flags.over),
      metrics: metrics ?? below.metrics,
    }),
    origins: Object.fromEntries(origins),
  };
}
