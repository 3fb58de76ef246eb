/**
 * The version of the algorithm, for cache keys. It increases with every release whose outputs differ in any bit from
 * those of the release before.
 */
export const signalsVersion: number = 1;
