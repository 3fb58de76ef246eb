/**
 * A table of a flatbuffer with its fields by index. A missing field is 0, empty or undefined. All methods throw
 * RangeError if a damaged buffer points outside of itself.
 */
export interface FlatTable {
  /**
   * The table's offset in the buffer. Tables with the same position are the same table, to which a damaged buffer may
   * refer many times.
   */
  readonly position: number;
  /** A signed byte; `absent` if the field is missing. */
  int8(field: number, absent?: number): number;
  /** A signed 16-bit integer; `absent` if the field is missing. */
  int16(field: number, absent?: number): number;
  /** A signed 32-bit integer; `absent` if the field is missing. */
  int32(field: number, absent?: number): number;
  /** A signed 64-bit integer, rounded to the nearest number. */
  int64(field: number): number;
  /** UTF-8 text. Throws RangeError, before decoding, if it has more than `longest` bytes. */
  text(field: number, longest?: number): string;
  /**
   * The number of elements of a vector of tables. Check it before `tables`: a table takes more memory than the bytes
   * that refer to it.
   */
  count(field: number): number;
  /** A table. */
  table(field: number): FlatTable | undefined;
  /** A vector of tables. */
  tables(field: number): readonly FlatTable[];
  /** A vector of structs that consist of `size` 64-bit words each. */
  words(field: number, size: number): readonly (readonly number[])[];
}

/**
 * The root table of the flatbuffer in `bytes`, such as the metadata of an Arrow file.
 *
 * @throws RangeError if the table points outside of the bytes, as do the methods of all tables
 */
export function rootTable(bytes: Uint8Array): FlatTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return tableAt(view, view.getInt32(0, true));
}

function tableAt(view: DataView, position: number): FlatTable {
  const vtable = position - view.getInt32(position, true);
  const vtableLength = view.getUint16(vtable, true);
  const placeOf = (field: number): number | undefined => {
    const entry = 4 + 2 * field;
    const offset = entry < vtableLength ? view.getUint16(vtable + entry, true) : 0;
    return offset === 0 ? undefined : position + offset;
  };
  const number =
    (read: (at: number) => number) =>
    (field: number, absent = 0): number => {
      const at = placeOf(field);
      return at === undefined ? absent : read(at);
    };
  const targetOf = (at: number): number => at + view.getInt32(at, true);
  const vectorOf = (field: number, elementBytes: number): { readonly start: number; readonly length: number } => {
    const at = placeOf(field);
    if (at === undefined) return { start: 0, length: 0 };
    const start = targetOf(at) + 4;
    const length = view.getInt32(start - 4, true);
    if (length < 0 || start + length * elementBytes > view.byteLength)
      throw new RangeError(`a vector of ${length} elements`);
    return { start, length };
  };
  return {
    position,
    count: (field) => vectorOf(field, 4).length,
    int8: number((at) => view.getInt8(at)),
    int16: number((at) => view.getInt16(at, true)),
    int32: number((at) => view.getInt32(at, true)),
    int64: number((at) => Number(view.getBigInt64(at, true))),
    text(field, longest = view.byteLength) {
      const { start, length } = vectorOf(field, 1);
      if (length > longest) throw new RangeError(`a text of ${length} bytes`);
      return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + start, length));
    },
    table(field) {
      const at = placeOf(field);
      return at === undefined ? undefined : tableAt(view, targetOf(at));
    },
    tables(field) {
      const { start, length } = vectorOf(field, 4);
      return Array.from({ length }, (_, i) => tableAt(view, targetOf(start + 4 * i)));
    },
    words(field, size) {
      const { start, length } = vectorOf(field, 8 * size);
      const wordAt = (i: number): number => Number(view.getBigInt64(start + 8 * i, true));
      return Array.from({ length }, (_, i) => Array.from({ length: size }, (_, word) => wordAt(i * size + word)));
    },
  };
}
