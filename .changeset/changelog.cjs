// Writes the changelog of a release: the bullets of its changesets, without hashes. Dependencies that only moved along
// are omitted.
const isBullet = (line) => /^[-*] /.test(line);

module.exports = {
  getReleaseLine: async (changeset) => {
    const [first, ...rest] = changeset.summary.trim().split("\n");
    // A changeset is a list already; one that is a sentence becomes a bullet.
    if (isBullet(first)) return [first, ...rest].join("\n");
    return [`- ${first}`, ...rest.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
  },
  getDependencyReleaseLine: async () => "",
};
