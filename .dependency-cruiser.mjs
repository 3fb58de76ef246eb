/** Who may import whom: the table of the architecture, one rule an arrow. `runtime` alone may import any but testing and cli. */
const pkg = (name) => `^packages/(${name})/src`;
const arrows = {
  contract: [],
  "plugin-kit": ["contract"],
  testing: ["contract", "plugin-kit"],
  config: ["contract"],
  signals: ["contract", "plugin-kit"],
  "codec-blosc": ["contract", "plugin-kit"],
  "codec-lz4": ["contract", "plugin-kit"],
  "codec-zlib": ["contract", "plugin-kit"],
  "codec-zstd": ["contract", "plugin-kit"],
  "codec-snappy": ["contract", "plugin-kit"],
  "codec-numeric": ["contract", "plugin-kit"],
  cache: ["contract"],
  "cache-fs": ["contract", "plugin-kit"],
  "mmap-store": ["contract", "plugin-kit"],
  "source-csv": ["contract", "plugin-kit"],
  "source-duckdb": ["contract", "plugin-kit"],
  "source-arrow": ["contract", "plugin-kit"],
  "source-json": ["contract", "plugin-kit"],
  "source-zip": ["contract", "plugin-kit"],
  ingest: ["contract", "plugin-kit"],
  resample: ["contract", "plugin-kit"],
  datasets: ["contract", "plugin-kit"],
  "executor-worker": ["contract", "plugin-kit"],
  backtest: ["contract", "plugin-kit", "signals"],
  "backtest-kit": ["contract", "signals"],
  cli: ["runtime", "contract", "plugin-kit"],
};
export default {
  forbidden: [
    ...Object.entries(arrows).map(([from, to]) => ({
      name: `${from}-imports-${to.join("-") || "nothing"}`,
      severity: "error",
      from: { path: pkg(from) },
      to: { path: "^packages/", pathNot: pkg([from, ...to].join("|")) },
    })),
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "testing-is-for-tests",
      severity: "error",
      from: { path: "^packages/[^/]+/src", pathNot: pkg("testing") },
      to: { path: "^packages/testing/" },
    },
    {
      name: "no-deep-imports",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/[^/]+/src/(?!index\\.ts$)", pathNot: "^packages/$1/" },
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
