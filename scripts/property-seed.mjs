// Properties are drawn from one seed, so that a commit that passes once passes again. `PROPERTY_SEED=random` draws
// others, and fast-check prints the seed of what fails: `PROPERTY_SEED=<n>` repeats it.
import { configureGlobal, readConfigureGlobal } from "fast-check";

const asked = process.env.PROPERTY_SEED ?? "1";
if (asked !== "random") {
  const seed = Number(asked);
  if (!Number.isSafeInteger(seed)) throw new Error(`PROPERTY_SEED is "random" or a whole number, not ${asked}`);
  configureGlobal({ ...readConfigureGlobal(), seed });
}
