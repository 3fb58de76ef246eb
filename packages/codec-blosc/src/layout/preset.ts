import type { BloscCname } from "./algorithms.ts";
import type { Shuffle } from "./frame-header.ts";

/** A named set of options; see {@link BloscOptions}. */
export type BloscPreset = "compat" | "fast";

/** What a preset decides. */
export interface PresetOptions {
  readonly cname?: BloscCname;
  readonly clevel?: number;
  readonly shuffle?: Shuffle;
  readonly largestBitBlock?: number;
  /** Whether shuffle and level are chosen by a sample. */
  readonly adaptive?: boolean;
}

const presets: Readonly<Record<BloscPreset, PresetOptions>> = {
  compat: {},
  fast: { cname: "zstd", clevel: 1, shuffle: "bitshuffle", largestBitBlock: 2 ** 20, adaptive: true },
};

/** The names in one list. */
export const presetNames: readonly string[] = Object.keys(presets);

/** The options of a preset, with those that are given beside it in their place. */
export function withPreset<Options extends PresetOptions & { readonly preset?: BloscPreset }>(
  options: Options,
): Options & PresetOptions {
  return { ...presets[options.preset ?? "compat"], ...options };
}
