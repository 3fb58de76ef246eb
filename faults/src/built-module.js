// Readers that packages do not export are loaded from their build, which must be there.
/** Loads a module of a package's build. */
export function builtModule(path) {
  return import(new URL(`../../packages/${path}`, import.meta.url).href);
}
