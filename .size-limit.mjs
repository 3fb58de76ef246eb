import { packages } from "./scripts/architecture.mjs";

export default Object.entries(packages).map(([name, { limit }]) => ({
  name: `@atc/${name}`,
  path: `packages/${name}/dist/**/*.js`,
  limit,
}));
