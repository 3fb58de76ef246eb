import { datasetOperations } from "./array-store.js";
import { cacheOperations } from "./byte-store.js";
import { fetchOperations } from "./fetched-dataset.js";
import { ingestOperations } from "./ingested-file.js";
import { searchOperations } from "./searched-market.js";
import { runOperations } from "./stored-runs.js";

/** All operations, of which each name begins with the word of its group, such as cache, dataset or run. */
const operations = [
  ...cacheOperations,
  ...datasetOperations,
  ...runOperations,
  ...ingestOperations,
  ...fetchOperations,
  ...searchOperations,
];

/** The operations whose names begin with `name`. */
export function operationsOf(name) {
  const found = operations.filter((operation) => operation.name.startsWith(name));
  if (found.length > 0) return found;
  throw new RangeError(`no operation is called "${name}"; there are ${operations.map((one) => one.name).join("; ")}`);
}
