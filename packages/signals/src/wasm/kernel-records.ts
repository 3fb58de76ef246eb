import { recordMembers } from "./kernel-layout.ts";

export type RecordName = keyof typeof recordMembers;

export type RecordMember<Name extends RecordName> = keyof (typeof recordMembers)[Name] & string;

/** The length of a record in places of 8 bytes. */
export function recordLength(name: RecordName): number {
  return Object.keys(recordMembers[name]).length;
}

/** The place of a member in its record. */
export function memberPlace<Name extends RecordName>(name: Name, member: RecordMember<Name>): number {
  return Object.keys(recordMembers[name]).indexOf(member);
}

/** Whether a member is an integer or an address, not a double. */
export function isWhole<Name extends RecordName>(name: Name, member: RecordMember<Name>): boolean {
  const types: Readonly<Record<string, "u64" | "f64">> = recordMembers[name];
  return types[member] === "u64";
}
