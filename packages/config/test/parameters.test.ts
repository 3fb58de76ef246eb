import { acceptsValue } from "@atc/plugin-kit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { configNames, parameters } from "../src/keys/parameters.ts";
import { settingSchema } from "../src/keys/settings-schema.ts";

const bounds = configNames.flatMap((name) => {
  const { minimum, maximum, above, below } = parameters[name];
  return [minimum, maximum, above, below].filter((bound) => bound !== undefined);
});
const words = configNames.flatMap((name) => parameters[name].values ?? []);

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...bounds).chain((bound) => fc.constantFrom(bound - 1, bound - 1e-9, bound, bound + 1e-9, bound + 1)),
  fc.constantFrom<unknown>("none", "", "15m", "0m", "1x", true, false, null, [], [""], ["a"], Number.NaN, 2 ** 53),
  fc.constantFrom<unknown>(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, "1", ...words),
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.array(fc.string()),
  fc.dictionary(fc.string(), fc.oneof(fc.double({ noNaN: true }), fc.constantFrom<unknown>(0, -1, Number.NaN, "1"))),
);

it.each(configNames)("the schema of %s accepts what its parameter accepts", (name) => {
  // zod reads the JSON Schema, independently of our own check.
  const schema = z.fromJSONSchema({ ...settingSchema(parameters[name]) });
  fc.assert(
    fc.property(value, (given) => {
      expect(schema.safeParse(given).success).toBe(acceptsValue(parameters[name], given));
    }),
    { numRuns: 300 },
  );
});
