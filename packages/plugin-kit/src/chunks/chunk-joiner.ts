import type { ColumnChunk } from "@atc/contract";
import { type ColumnMetadata, dtypeOf, type TypedArray } from "@atc/contract";
import { ownMember } from "../parameters/own-member.ts";
import { allocate } from "./allocate.ts";

/** The texts of one column of all sources: a list that grows. */
export interface JointTexts {
  readonly values: string[];
  readonly indices: Map<string, number>;
}

/** Returns a function that rewrites the chunks of one source with the columns and dictionaries of all sources. */
export function chunkJoiner(
  columns: readonly ColumnMetadata[],
  texts: ReadonlyMap<string, JointTexts>,
): (chunk: ColumnChunk, row: number) => ColumnChunk {
  const numbers = new Map<string, number[]>();
  const renumbered = (name: string, indices: Int32Array, values: readonly string[]): Int32Array => {
    const joint = texts.get(name) as JointTexts;
    const own = numbers.get(name) ?? [];
    numbers.set(name, own);
    for (let i = own.length; i < values.length; i++) own.push(indexOf(joint, values[i] as string));
    const target = new Int32Array(indices.length);
    for (let i = 0; i < target.length; i++) target[i] = own[indices[i]] ?? -1;
    return target;
  };
  const missing = ({ type }: ColumnMetadata, length: number): TypedArray => {
    const array = allocate(dtypeOf(type), length);
    if (type === "text") (array as Int32Array).fill(-1);
    else if (array instanceof Float64Array || array instanceof Float32Array) array.fill(Number.NaN);
    return array;
  };
  const dictionaries = Object.fromEntries(
    [...texts].filter(([name]) => name !== "symbol").map(([name, { values }]) => [name, values]),
  );
  return (chunk, row) => ({
    length: chunk.length,
    row,
    symbol: {
      indices: renumbered("symbol", chunk.symbol.indices, chunk.symbol.values),
      values: texts.get("symbol")?.values ?? [],
    },
    columns: Object.fromEntries(
      columns.slice(1).map((column) => {
        const { name, type } = column;
        const array = ownMember(chunk.columns, name) ?? missing(column, chunk.length);
        return [
          name,
          type === "text" && name in chunk.columns
            ? renumbered(name, array as Int32Array, ownMember(chunk.dictionaries ?? {}, name) ?? [])
            : array,
        ];
      }),
    ),
    ...(Object.keys(dictionaries).length > 0 ? { dictionaries } : {}),
  });
}

function indexOf({ values, indices }: JointTexts, text: string): number {
  const known = indices.get(text);
  if (known !== undefined) return known;
  indices.set(text, values.length);
  return values.push(text) - 1;
}
