// Writes atc.schema.json from the built package: `pnpm build && pnpm --filter @atc/config schema`.
import { writeFileSync } from "node:fs";
import { configJsonSchema } from "../dist/bundle/index.js";

writeFileSync(new URL("../atc.schema.json", import.meta.url), `${JSON.stringify(configJsonSchema, null, 2)}\n`);
