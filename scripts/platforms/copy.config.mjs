// Vitest's configuration in a copy of this checkout for another platform (copy-checkout.mjs).
import { dirname, join } from "node:path/posix";
import { defineConfig } from "vitest/config";

const root = new URL("../..", import.meta.url).pathname.replace(/^\/(?=[A-Za-z]:)/, "");

/** Resolves the imports of `src/NAME.ts` in test files to the built `dist/NAME.js`. */
const builtFiles = {
  name: "built-files",
  enforce: "pre",
  resolveId(id, importer) {
    const [, folder, name] = /^(\.\.\/.*?)src\/(.*)\.ts$/.exec(id) ?? [];
    if (folder === undefined || importer === undefined || !/\/@atc\/[^/]+\/test\//.test(importer)) return undefined;
    return join(dirname(importer), folder, "dist", `${name}.js`);
  },
};

/** Gives tests of packages fewer runs of their properties. */
const fewRuns = {
  name: "few-runs",
  enforce: "pre",
  resolveId(id, importer) {
    if (id !== "fast-check" || importer === undefined || !/\/@atc\/[^/]+\/test\//.test(importer)) return undefined;
    return join(root, "scripts/platforms/few-runs.mjs");
  },
};

export default defineConfig({
  root,
  plugins: [builtFiles, fewRuns],
  test: {
    include: ["node_modules/@atc/*/test/**/*.test.ts", "scripts/platforms/*.test.mjs"],
    exclude: [],
    // Tests within node_modules are transformed; what they test is not.
    server: { deps: { inline: [/\/@atc\/[^/]+\/test\//], external: [/\/dist\/.*\.js$/] } },
    setupFiles: [
      ...["fresh-modules", "equal-arrays", "property-seed"].map((name) => `scripts/${name}.mjs`),
      ...(process.platform === "win32" ? ["scripts/platforms/wine-sockets.mjs"] : []),
    ],
    // A thread for all files of a run: Wine takes seconds to start a process.
    pool: "threads",
    maxWorkers: 1,
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
