import { z } from "zod";
import type { AtcConfig, ConfigName } from "./atc-config.ts";

/** What a key holds before `none` is read as absent. */
type Setting<Value> = undefined extends Value ? Exclude<Value, undefined> | "none" : Value;

/** A configuration whose absent members are the word `none`. */
export type Settings = { readonly [Name in ConfigName]-?: Setting<AtcConfig[Name]> };

const length: z.ZodType<number> = z.int().min(1);
const weight: z.ZodType<number> = z.number().gt(0);
const natural: z.ZodType<number> = z.int().min(0);
const positive: z.ZodType<number> = z.int().min(1);
const folder: z.ZodType<string> = z.string().min(1);
const none: z.ZodType<"none"> = z.literal("none");

/** The type and range of every key. */
export const settingSchemas: { readonly [Name in ConfigName]-?: z.ZodType<Settings[Name]> } = {
  emaLength: length,
  hmaLength: length,
  wmaLength: length,
  demaLength: length,
  lsmaLength: length,
  kamaLength: length,
  emaWeight: weight,
  hmaWeight: weight,
  wmaWeight: weight,
  demaWeight: weight,
  lsmaWeight: weight,
  kamaWeight: weight,
  robustness: z.enum(["Narrow", "Medium", "Wide"]),
  lambda: z.number().min(0),
  decay: z.number().min(0).max(100),
  cutout: natural,
  growthCap: z.union([natural, none]),
  longThreshold: z.number(),
  shortThreshold: z.number(),
  strategyMode: z.boolean(),
  calculationSource: z.enum(["open", "high", "low", "close"]),
  precision: z.enum(["float64", "float32"]),
  dialect: z.enum(["lts", "tradingview"]),
  hma: z.enum(["hull", "sma"]),
  feeBps: z.number().min(0),
  slippageBps: z.number().min(0).lt(10_000),
  side: z.enum(["both", "long", "short"]),
  fill: z.enum(["nextOpen", "nextClose"]),
  initialCapital: z.number().gt(0),
  riskFreeRate: z.number(),
  invalidPrices: z.enum(["error", "skip"]),
  limit: z.union([positive, none]),
  timeframe: z.union([z.string().regex(/^[1-9]\d*[smhdwHDW]$/), none]),
  batchSize: positive,
  useMemoryMapped: z.boolean(),
  useCompression: z.boolean(),
  compressionLevel: z.int().min(0).max(9),
  compressionAlgorithm: z.string().min(1),
  cacheDir: folder,
  dataDir: folder,
  plugins: z.array(z.string().min(1)),
};

/** The whole of {@link settingSchemas}. */
export const settingsSchema: z.ZodType<Settings> = z.strictObject(settingSchemas);
