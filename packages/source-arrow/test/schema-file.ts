/** A field of {@link schemaFile}: its children, by their places in the list of fields, and its name. */
export interface MadeField {
  readonly children: readonly number[];
  readonly name?: string;
}

/**
 * An Arrow file whose footer holds a schema alone. Fields are laid out one after another and may name any other as a
 * child, also one that another names, or themselves. Texts that are equal share their bytes.
 */
export function schemaFile(fields: readonly MadeField[], roots: readonly number[]): Uint8Array {
  const texts = [...new Set(fields.flatMap(({ name }) => name ?? []))];
  const words = fields.reduce((sum, { children }) => sum + children.length + 4, roots.length + 64);
  const bytes = Buffer.alloc(4 * words + texts.reduce((sum, text) => sum + text.length + 8, 0));
  let end = 4;
  const vtable = (entries: readonly number[]): number => {
    const at = end;
    for (const [i, entry] of [4 + 2 * entries.length, 12, ...entries].entries()) bytes.writeUInt16LE(entry, at + 2 * i);
    end = Math.ceil((at + 4 + 2 * entries.length) / 4) * 4;
    return at;
  };
  const [withSchema, withFields, fieldTable] = [vtable([0, 4]), vtable([0, 4]), vtable([8, 0, 0, 0, 0, 4])];
  const table = (from: number, length: number): number => {
    const at = end;
    bytes.writeInt32LE(at - from, at);
    end += length;
    return at;
  };
  const point = (at: number, to: number): number => bytes.writeInt32LE(to - at, at);
  const vector = (at: number, targets: readonly number[]): void => {
    const start = end;
    point(at, start);
    bytes.writeInt32LE(targets.length, start);
    end += 4 + 4 * targets.length;
    for (const [i, target] of targets.entries()) point(start + 4 + 4 * i, target);
  };
  const footer = table(withSchema, 8);
  const schema = table(withFields, 8);
  bytes.writeInt32LE(footer, 0);
  point(footer + 4, schema);
  const texted = new Map<string, number>();
  for (const text of ["", ...texts]) {
    texted.set(text, end);
    bytes.writeInt32LE(text.length, end);
    bytes.write(text, end + 4, "latin1");
    end = Math.ceil((end + 4 + text.length) / 4) * 4;
  }
  const places = fields.map(() => table(fieldTable, 12));
  vector(
    schema + 4,
    roots.map((root) => places[root] as number),
  );
  for (const [i, { children, name = "" }] of fields.entries()) {
    const at = places[i] as number;
    vector(
      at + 4,
      children.map((child) => places[child] as number),
    );
    point(at + 8, texted.get(name) as number);
  }
  const length = Buffer.alloc(4);
  length.writeInt32LE(end);
  return Buffer.concat([Buffer.from("ARROW1\0\0"), bytes.subarray(0, end), length, Buffer.from("ARROW1")]);
}
