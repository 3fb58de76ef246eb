/** Who may import whom: the table of the architecture, one rule an arrow. `runtime` alone may import any but testing and cli. */
const pkg = (name) => `^packages/(${name})/src`;
const arrows = {
  contract: [],
  testing: ["contract"],
  config: ["contract"],
  signals: ["contract"],
  "codec-blosc": ["contract"],
  "codec-lz4": ["contract"],
  "codec-zlib": ["contract"],
  "codec-zstd": ["contract"],
  "codec-snappy": ["contract"],
  "filter-numeric": ["contract"],
  cache: ["contract"],
  "cache-fs": ["contract"],
  "mmap-store": ["contract"],
  "source-csv": ["contract"],
  "source-duckdb": ["contract"],
  "source-arrow": ["contract"],
  "source-json": ["contract"],
  "source-zip": ["contract"],
  ingest: ["contract"],
  resample: ["contract"],
  "executor-worker": ["contract"],
  backtest: ["contract", "signals"],
  "backtest-kit": ["contract", "signals"],
  cli: ["runtime", "contract"],
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
