import { recordMembers } from "./kernel-layout.ts";

export type RecordName = keyof typeof recordMembers;

export type RecordMember<Name extends RecordName> = keyof (typeof recordMembers)[Name] & string;

/** The place of each member by record. A layout has a thousand members, and many layouts are made for a sweep. */
const places: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  Object.entries(recordMembers).map(([name, members]) => [
    name,
    new Map(Object.keys(members).map((member, place) => [member, place])),
  ]),
);

/** The length of a record in places of 8 bytes. */
export function recordLength(name: RecordName): number {
  return places.get(name)?.size ?? 0;
}

/** The place of a member in its record. */
export function memberPlace<Name extends RecordName>(name: Name, member: RecordMember<Name>): number {
  return places.get(name)?.get(member) ?? 0;
}

/** Whether a member is an integer or an address, not a double. */
export function isWhole<Name extends RecordName>(name: Name, member: RecordMember<Name>): boolean {
  const types: Readonly<Record<string, "u64" | "f64">> = recordMembers[name];
  return types[member] === "u64";
}
