import { packages } from "./scripts/architecture.mjs";

const source = (name) => `^packages/(${name})/src`;

/** One rule per package: it imports what the architecture's table allows. */
const arrows = Object.entries(packages).map(([from, { imports }]) => ({
  name: `${from}-imports`,
  severity: "error",
  from: { path: source(from) },
  to: { path: "^packages/", pathNot: source([from, ...imports].join("|")) },
}));

/** One rule per folder: it imports nothing from the folders above it, nor from the files at the top of `src`. */
const folders = Object.entries(packages).flatMap(([name, { folders = [] }]) =>
  folders.map((folder, floor) => ({
    name: `${name}-${folder.replaceAll("/", "-")}-imports-down`,
    severity: "error",
    from: { path: `^packages/${name}/src/${folder}/` },
    to: {
      path: [
        `^packages/${name}/src/[^/]+$`,
        ...folders.slice(0, floor).map((above) => `^packages/${name}/src/${above}/`),
      ],
    },
  })),
);

/** A package with folders keeps every file but its entries in one that the table names. */
const unnamed = Object.entries(packages)
  .filter(([, { folders }]) => folders !== undefined)
  .map(([name, { folders }]) => ({
    name: `${name}-folders-are-named`,
    severity: "error",
    from: {},
    to: { path: `^packages/${name}/src/[^/]+/`, pathNot: folders.map((folder) => `^packages/${name}/src/${folder}/`) },
  }));

export default {
  forbidden: [
    ...arrows,
    ...folders,
    ...unnamed,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "testing-is-for-tests",
      severity: "error",
      from: { path: "^packages/[^/]+/src", pathNot: source("testing") },
      to: { path: "^packages/testing/" },
    },
    {
      name: "no-deep-imports",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      // The runtime has further entries, which programs without sweeps, validation, checks, stored runs, reports,
      // queues and exchanges do not load, and the store one for copies.
      to: {
        path: "^packages/[^/]+/src/(?!index\\.ts$)",
        pathNot: [
          "^packages/$1/",
          "^packages/mmap-store/src/copies\\.ts$",
          "^packages/runtime/src/(sweeps|validation|checks|runs|reports|machines|market)\\.ts$",
        ],
      },
    },
    {
      name: "nothing-imports-cli",
      severity: "error",
      from: { path: "^packages/(?!cli/)" },
      to: { path: "^packages/cli/" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    combinedDependencies: false,
    tsPreCompilationDeps: true,

    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@atc/source", "import", "node", "default"],
    },
  },
};
