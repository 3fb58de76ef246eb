/** Licences under which users may ship what they install, by SPDX identifier. */
const acceptedLicences = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
]);

/** Scripts that npm runs when a package is installed. */
const installScripts = ["preinstall", "install", "postinstall"];

/**
 * Packages whose scripts were read and are accepted, with the reason. ADR 53: BullMQ, which only users of many machines
 * install, brings an optional package that looks for its prebuilt binary, and does without it.
 */
const acceptedScripts = new Map([["msgpackr-extract", "looks for its prebuilt binary; optional"]]);

function nameOf({ group, name }) {
  return group === undefined || group === "" ? name : `${group}/${name}`;
}

/** The licences of a component of a CycloneDX document. */
function licencesOf({ licenses = [] }) {
  return licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? "unknown");
}

/**
 * What is wrong with the components of a CycloneDX document: licences, and packages without a checksum.
 *
 * @param own - the scope of the packages of this repository, which have no checksum
 */
export function componentFaults(components, own) {
  const faults = [];
  for (const component of components) {
    const name = `${nameOf(component)}@${component.version}`;
    const licences = licencesOf(component);
    if (licences.length === 0) faults.push(`${name} has no licence`);
    for (const licence of licences)
      if (!acceptedLicences.has(licence)) faults.push(`${name} has the licence "${licence}", which is not accepted`);
    const hashes = (component.externalReferences ?? []).flatMap(({ hashes: list }) => list ?? []);
    if (component.group !== own && !hashes.some(({ alg }) => alg === "SHA-512"))
      faults.push(`${name} has no SHA-512 checksum`);
  }
  return faults;
}

/** Dependencies of public packages that a CycloneDX document lacks. */
export function missingComponents(components, manifests) {
  const known = new Set(components.map(nameOf));
  return manifests.flatMap(({ name, dependencies = {} }) =>
    Object.keys(dependencies)
      .filter((one) => !known.has(one))
      .map((one) => `${one}, a dependency of ${name}, is not part of the bill of materials`),
  );
}

/** Packages of a lockfile whose content is not fixed by a checksum: from a repository, a folder or a bare address. */
export function lockfileFaults(text) {
  const [, packages = ""] = /\npackages:\n([\s\S]*?)(?:\n\S|$)/.exec(text) ?? [];
  const entries = packages.split(/\n(?= {2}\S)/).filter((entry) => entry.trim() !== "");
  if (entries.length === 0) return ["the lockfile has no packages"];
  return entries.flatMap((entry) => {
    const name = entry.trim().split(":\n")[0];
    const resolution = /resolution: \{(.*)\}/.exec(entry)?.[1] ?? "";
    return /integrity: sha512-/.test(resolution) && !/tarball|repo:|directory:/.test(resolution)
      ? []
      : [`${name} is not fixed by a SHA-512 checksum of the registry: {${resolution}}`];
  });
}

/** The scripts of a manifest that an installation would run, except those that are accepted. */
export function scriptFaults({ name, version, scripts = {} }, hasBindings) {
  if (acceptedScripts.has(name)) return [];
  const found = installScripts.filter((script) => script in scripts);
  if (hasBindings && found.length === 0) found.push("install (binding.gyp)");
  return found.map((script) => `${name}@${version} runs the script "${script}" when it is installed`);
}
