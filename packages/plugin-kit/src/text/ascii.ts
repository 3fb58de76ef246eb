/** Line feed. */
export const LF = 10;
/** Carriage return. */
export const CR = 13;
/** A space. */
export const SPACE = 32;
/** `"` */
export const QUOTE = 34;
/** `+` */
export const PLUS = 43;
/** `-` */
export const MINUS = 45;
/** `.` */
export const DOT = 46;
/** `0`: the digits are the ten bytes from here. */
export const ZERO = 48;
/** `:` */
export const COLON = 58;
