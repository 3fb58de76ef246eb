/**
 * Version of the algorithm, for cache keys: it rises with every release whose outputs differ in any bit from those of the release before.
 */
export const signalsVersion: number = 1;
