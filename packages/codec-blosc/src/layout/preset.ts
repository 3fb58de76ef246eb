import type { BloscCname } from "./algorithms.ts";
import type { Shuffle } from "./frame-header.ts";

/** A named set of options; see {@link BloscOptions}. */
export type BloscPreset = "compat" | "fast";

/** The options that a preset sets. */
export interface PresetOptions {
  readonly cname?: BloscCname;
  readonly clevel?: number;
  readonly shuffle?: Shuffle;
  readonly largestBitBlock?: number;
  /** Whether a sample decides shuffle and level. */
  readonly adaptive?: boolean;
}

const presets: Readonly<Record<BloscPreset, PresetOptions>> = {
  compat: {},
  fast: { cname: "zstd", clevel: 1, shuffle: "bitshuffle", largestBitBlock: 2 ** 20, adaptive: true },
};

/** The names of all presets. */
export const presetNames: readonly string[] = Object.keys(presets);

/** The options of a preset, overridden by those that are given. */
export function withPreset<Options extends PresetOptions & { readonly preset?: BloscPreset }>(
  options: Options,
): Options & PresetOptions {
  return { ...presets[options.preset ?? "compat"], ...options };
}
