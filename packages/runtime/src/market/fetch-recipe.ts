import { AtcError, type DatasetManifest, type JsonObject, type JsonValue } from "@atc/contract";

/** How a dataset is fetched, as its manifest keeps it. */
export interface FetchRecipe {
  readonly version: 1;
  /** The market's plugin. */
  readonly market: string;
  readonly exchange: string;
  readonly timeframe: string;
  /** The first time of new symbols, in ms since the epoch. */
  readonly since: number;
  readonly symbols: readonly string[];
  /** Symbols that no longer trade, whose rows are complete. */
  readonly delisted: readonly string[];
  /** Settings of the exchange; absent if there are none. */
  readonly settings?: JsonObject;
  /** Updates since the dataset was compacted. */
  readonly updates: number;
}

/** The attribute of a manifest. */
export const recipeAttribute = "recipe";

function isTextList(value: JsonValue | undefined): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object may have a member `toString` that is not a function. */
function versionText(version: JsonValue | undefined): string {
  return typeof version === "object" ? JSON.stringify(version) : String(version);
}

/**
 * The recipe of a dataset; undefined if it was not fetched.
 *
 * @throws ATC_UNSUPPORTED for a recipe of another version, ATC_CORRUPT_DATA for one that lacks a member
 */
export function recipeOf({ name, attributes }: DatasetManifest): FetchRecipe | undefined {
  const stored = attributes[recipeAttribute];
  if (stored === undefined) return undefined;
  const details = { dataset: name };
  const version = isObject(stored) ? stored["version"] : undefined;
  if (version !== 1)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the recipe of dataset "${name}" has the version "${versionText(version)}", and this release knows version 1; update atc, or fetch into another dataset`,
      { details },
    );
  const { market, exchange, timeframe, since, symbols, delisted, settings, updates } = stored as JsonObject;
  const isWhole =
    typeof market === "string" &&
    typeof exchange === "string" &&
    typeof timeframe === "string" &&
    typeof since === "number" &&
    typeof updates === "number" &&
    isTextList(symbols) &&
    isTextList(delisted) &&
    (settings === undefined || isObject(settings));
  if (!isWhole)
    throw new AtcError(
      "ATC_CORRUPT_DATA",
      `the recipe of dataset "${name}" lacks a member or has one of another type; fetch into another dataset`,
      { details },
    );
  return {
    version,
    market,
    exchange,
    timeframe,
    since,
    symbols,
    delisted,
    updates,
    ...(settings === undefined ? {} : { settings }),
  };
}

/** A recipe as an attribute of a manifest. */
export function recipeJson(recipe: FetchRecipe): JsonObject {
  return { ...recipe, symbols: [...recipe.symbols], delisted: [...recipe.delisted] };
}
