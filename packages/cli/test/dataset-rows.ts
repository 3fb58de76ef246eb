import { openRuntime } from "@atc/runtime";

/** Every row of a dataset below a folder's `.cache`, as text: symbol, time and the bits of each value. */
export async function datasetRows(folder: string, name: string): Promise<readonly string[]> {
  await using runtime = await openRuntime({ cwd: folder, env: {} });
  using dataset = await runtime.store.open(name);
  const columns = dataset.manifest.schema.columns.map((column) => column.name);
  const rows: string[] = [];
  for (const symbol of dataset.symbols()) {
    for (const block of dataset.series(symbol).blocks({ columns })) {
      const times = block.times();
      const values = columns.slice(1).map((column) => block.values(column));
      for (let i = 0; i < block.length; i++)
        rows.push([symbol, times[i], ...values.map((array) => (Object.is(array[i], -0) ? "-0" : array[i]))].join());
    }
  }
  return rows;
}
