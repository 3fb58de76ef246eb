import { defineStrategy, type Strategy } from "@atc/contract";

/** A strategy with a parameter of each kind. */
export const cross: Strategy = defineStrategy({
  name: "two-lines",
  parameters: {
    fast: { kind: "integer", minimum: 2, maximum: 500, default: 10, description: "Bars of the fast line" },
    slow: { kind: "integer", minimum: 2, maximum: 500, default: 50, description: "Bars of the slow line" },
    band: { kind: "number", minimum: 0, below: 1, default: 0.01, description: "Width of the band" },
    exact: { kind: "boolean", default: false, description: "Whether equal lines count" },
    mode: { kind: "choice", values: ["simple", "weighted"], default: "simple", description: "Kind of line" },
  },
  start: () => ({ decide: () => undefined }),
});

/** A strategy with a parameter that has the name of a key. */
export const clashing: Strategy = defineStrategy({
  name: "clashing",
  parameters: {
    lambda: { kind: "number", default: 1, description: "Another lambda" },
    fine: { kind: "number", default: 1, description: "A parameter" },
  },
  start: () => ({ decide: () => undefined }),
});
