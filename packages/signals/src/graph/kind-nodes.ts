import { type AverageKind, averageKinds, type SignalConfig } from "@atc/contract";

/** One kind of average of a configuration: its nine votes, their equities, its signal and its equity. */
export interface KindNode {
  readonly kind: AverageKind;
  /** Any configuration that needs it. */
  readonly config: SignalConfig;
}

/** A key that is equal for configurations whose kinds can be computed by one kernel, if their lengths allow. */
export function settingsKey({ robustness, dialect, lambda, decay, growthCap, cutout }: SignalConfig): string {
  return `${robustness} ${dialect} ${lambda} ${decay} ${growthCap} ${cutout}`;
}

/** Keys of configurations that were asked for before: a planner asks several times, and writing numbers takes long. */
const known = new WeakMap<SignalConfig, readonly string[]>();

/**
 * A key for each kind, in the order of the kinds. It is equal for kinds of configurations that have the same signals
 * and equities at every bar, if the calculation source is the same.
 */
export function nodeKeys(config: SignalConfig): readonly string[] {
  const keys = known.get(config);
  if (keys !== undefined) return keys;
  const settings = settingsKey(config);
  const created = averageKinds.map((kind) => {
    const variant = kind === "hma" || kind === "lsma" ? config[kind] : "";
    return `${kind} ${config[`${kind}Length`]} ${config[`${kind}Weight`]} ${variant} ${settings}`;
  });
  known.set(config, created);
  return created;
}

/** The key of a node. */
export function nodeKey({ kind, config }: KindNode): string {
  return nodeKeys(config)[averageKinds.indexOf(kind)];
}

/** The bounds beyond which a signal counts in the average signal. */
export function cutThresholds({ dialect, longThreshold, shortThreshold }: SignalConfig): readonly [number, number] {
  return dialect === "lts" ? [longThreshold, shortThreshold] : [0.49, -0.49];
}
