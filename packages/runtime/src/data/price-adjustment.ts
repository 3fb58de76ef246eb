import type { DataSource, DatasetManifest, JsonValue } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import { adjustedColumns, adjustedSource, aliasForm, columnAliases } from "@atc/plugin-kit";

/** The end of the note on a column of adjusted closes that is not used. */
const unusedColumn = "is not used for prices; --adjust scales all prices and the volume to it";

/** Whether a note says that a column of adjusted closes is not used, which `adjust: false` has decided. */
export function isUnusedAdjustment(text: string): boolean {
  return text.endsWith(unusedColumn);
}

type SourceOptions = Readonly<Record<string, JsonValue>>;
/** The reading options that decide. */
interface AdjustmentOptions {
  readonly adjust?: boolean | undefined;
  readonly sourceOptions?: SourceOptions | undefined;
}
type Mapping = Readonly<Record<string, JsonValue>>;

/** How the closes of files are to be adjusted. */
export interface PriceAdjustment {
  /** The options with which the source is opened. */
  readonly sourceOptions: SourceOptions;
  /**
   * Adjusts the opened source, or checks that its prices belong together.
   *
   * @throws ATC_INVALID_ARGUMENT if its close is adjusted and its open is not, or if it cannot be adjusted
   */
  apply(source: DataSource): DataSource;
  /** An error of opening the source, with what the adjustment has to do with it. */
  explained(error: unknown): unknown;
}

/** The adjustment that the reading options ask for. */
export function priceAdjustment({ adjust, sourceOptions = {} }: AdjustmentOptions): PriceAdjustment {
  const mapping = mappingOf(sourceOptions["columns"]);
  const given = mapping?.["close"];
  const close = isAdjusted(given) ? given : undefined;
  if (adjust !== true)
    return {
      sourceOptions,
      apply: (source) => checked(source, mapping, close, { adjust, sourceOptions }),
      explained: (error) => error,
    };
  return {
    // The source looks for the close before the adjustment by its usual names.
    sourceOptions: close === undefined ? sourceOptions : withoutClose(sourceOptions, mapping),
    apply: (source) => adjustedSource(source, { column: close, kept: adjustedAlready(source, mapping) }),
    explained: (error) =>
      close !== undefined && isAtcError(error, "ATC_INVALID_DATA")
        ? new AtcError(
            error.code,
            `${error.message}; to adjust prices, the close before the adjustment is needed too`,
            {
              details: error.details,
              cause: error,
            },
          )
        : error,
  };
}

/**
 * Refuses to append rows whose prices are adjusted to rows whose prices are not, and the reverse.
 *
 * @throws ATC_INVALID_ARGUMENT
 */
export function checkSameAdjustment({ name, attributes }: DatasetManifest, { identity }: DataSource): void {
  const stored: unknown = attributes["source"];
  const parts = typeof stored === "object" && stored !== null && "parts" in stored ? stored.parts : undefined;
  // A dataset that was not read from files does not say.
  if (typeof parts !== "object" || parts === null) return;
  const isStored = "adjusted" in parts;
  const isGiven = "adjusted" in identity.parts;
  if (isStored === isGiven) return;
  const remedy = isStored
    ? `its prices are adjusted, and those of "${identity.name}" are not; add --adjust`
    : `its prices are not adjusted, and those of "${identity.name}" are; leave out --adjust`;
  throw new AtcError("ATC_INVALID_ARGUMENT", `cannot append to the dataset "${name}": ${remedy}`, {
    details: { dataset: name, option: "adjust" },
  });
}

/** The option `columns` if it maps our columns to those of a file. */
function mappingOf(columns: JsonValue | undefined): Mapping | undefined {
  return typeof columns === "object" && columns !== null && !Array.isArray(columns) ? (columns as Mapping) : undefined;
}

function withoutClose({ columns: _, ...options }: SourceOptions, mapping: Mapping = {}): SourceOptions {
  const { close: __, ...columns } = mapping;
  return Object.keys(columns).length === 0 ? options : { ...options, columns };
}

/** Whether an option names a column that is adjusted: vendors have many names for them. */
function isAdjusted(name: JsonValue | undefined): name is string {
  return typeof name === "string" && /adj/i.test(name);
}

/** The prices of a source that are not adjusted with its close. */
function rawPrices({ columns }: DataSource, mapping: Mapping = {}): readonly string[] {
  return ["open", "high", "low"].filter(
    (name) => !isAdjusted(mapping[name]) && columns.some((column) => column.name === name),
  );
}

/** Those of open, high, low and volume that the options map to adjusted columns. */
function adjustedAlready({ columns }: DataSource, mapping: Mapping = {}): readonly string[] {
  return ["open", "high", "low", "volume"].filter(
    (name) => isAdjusted(mapping[name]) && columns.some((column) => column.name === name),
  );
}

/** Names of closes that are not adjusted. */
const rawCloses: ReadonlySet<string> = new Set([...columnAliases.close, ...columnAliases.price]);

/** Whether a source whose close is an adjusted one has another that is not, as far as its columns show. */
function hasRawClose({ columns }: DataSource, { extra }: SourceOptions): boolean {
  // The name of a column has a suffix if another column has the name too.
  return (
    extra === "drop" ||
    columns.some(({ name }) => name !== "close" && rawCloses.has(aliasForm(name).replace(/\.\d+$/, "")))
  );
}

function checked(
  source: DataSource,
  mapping: Mapping | undefined,
  close: string | undefined,
  { adjust, sourceOptions = {} }: AdjustmentOptions,
): DataSource {
  const { identity, notes = [] } = source;
  const already = adjustedAlready(source, mapping).filter((name) => name !== "volume");
  if (close === undefined && already.length > 0) {
    const prices = already.map((name) => `${name} ("${mapping?.[name]}")`).join(", ");
    const mixed = `${prices} ${already.length === 1 ? "is" : "are"} adjusted, and its close is not`;
    if (adjust === undefined)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `"${identity.name}" mixes prices, so its returns would be wrong: ${mixed}; map close too (--columns close=NAME), or leave ${already.join(", ")} out of the option columns, or add --no-adjust to read them as they are`,
        { details: { source: identity.name, option: "adjust", adjusted: already } },
      );
    return withMixed(source, already.join(), mixed);
  }
  if (close === undefined) {
    const [unused] = adjust === undefined ? adjustedColumns(source) : [];
    if (unused === undefined || source.kind !== "bars") return source;
    const note = `the column "${unused}" ${unusedColumn}`;
    return { ...source, notes: [...notes, note] };
  }
  const raw = rawPrices(source, mapping);
  if (raw.length === 0) return source;
  const mixed = `its close is "${close}", and ${raw.join(", ")} ${raw.length === 1 ? "is" : "are"} not adjusted with it`;
  if (adjust === undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${identity.name}" mixes prices, so its returns would be wrong: ${mixed}; ${
        hasRawClose(source, sourceOptions)
          ? "add --adjust to scale all prices and the volume, or --no-adjust to read them as they are"
          : "it has no close before the adjustment, by which the others could be scaled; map them to adjusted columns too, or add --no-adjust to read them as they are"
      }`,
      { details: { source: identity.name, option: "adjust", close, raw } },
    );
  return withMixed(source, close, mixed);
}

/** A source with a note that its prices are mixed. */
function withMixed(source: DataSource, adjusted: string, mixed: string): DataSource {
  const { identity, notes = [] } = source;
  return {
    ...source,
    // The note is in the report of the dataset, so a dataset without it must not serve.
    identity: { ...identity, parts: { ...identity.parts, mixed: adjusted } },
    notes: [...notes, `prices are mixed: ${mixed}`],
  };
}
