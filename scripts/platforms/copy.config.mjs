// Vitest's configuration in a copy of this checkout for another platform (copy-checkout.mjs).
import { dirname, join } from "node:path/posix";
import { defineConfig } from "vitest/config";

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

export default defineConfig({
  root: new URL("../..", import.meta.url).pathname.replace(/^\/(?=[A-Za-z]:)/, ""),
  plugins: [builtFiles],
  test: {
    include: ["node_modules/@atc/*/test/**/*.test.ts", "scripts/platforms/*.test.mjs"],
    exclude: [],
    // Tests within node_modules are transformed; what they test is not.
    server: { deps: { inline: [/\/@atc\/[^/]+\/test\//], external: [/\/dist\/.*\.js$/] } },
    setupFiles: ["scripts/fresh-modules.mjs", "scripts/equal-arrays.mjs", "scripts/property-seed.mjs"],
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
