import { packages } from "./scripts/architecture.mjs";

export default Object.entries(packages).map(([name, { limit }]) => ({
  name: `@atc/${name}`,
  // The script of a page is compiled apart.
  path: [`packages/${name}/dist/bundle/*.js`, ...(name === "report" ? ["packages/report/dist/client/*.js"] : [])],
  limit,
}));
