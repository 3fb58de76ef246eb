// Writes sweep.schema.json from the built package: `pnpm build && pnpm --filter @atc/sweep schema`.
import { writeFileSync } from "node:fs";
import { sweepJsonSchema } from "../dist/bundle/index.js";

writeFileSync(new URL("../sweep.schema.json", import.meta.url), `${JSON.stringify(sweepJsonSchema, null, 2)}\n`);
