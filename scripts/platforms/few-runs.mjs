// fast-check for tests on slow platforms: at most `mostRuns` runs of a property.
import * as fc from "fast-check";

const mostRuns = 8;

export * from "fast-check";
export function assert(property, parameters = {}) {
  return fc.assert(property, { ...parameters, numRuns: Math.min(parameters.numRuns ?? 100, mostRuns) });
}
export default { ...fc, assert };
