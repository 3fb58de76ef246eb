/** Offsets in the state that `src/rows/row-kernel.ts` writes: settings, the last date, the fields. */

/** i32: the byte between fields. */
export const separatorAt: usize = 0;
/** i32: index of the last field. */
export const lastFieldAt: usize = 4;
/** i32: address of the int64 column of times. */
export const timesAt: usize = 8;
/** i32: address of the int32 column of symbols. */
export const symbolsAt: usize = 12;
/** i32: address of the hash table of symbols. */
export const tableAt: usize = 16;
/** i32: slots of that table, minus one. */
export const maskAt: usize = 20;
/** i32: the format of times: 0 for ISO, 1 for numbers whose value decides what they count, 2 for those of one unit. */
export const timeFormatAt: usize = 24;
/** i32: digits of a stored time that are fractions of a second: 3 or 9. */
export const timeDigitsAt: usize = 28;
/** i32: whether the time of day is a field of its own. */
export const hasClockAt: usize = 32;
/** i32: the address at which parsing or counting stopped. */
export const positionAt: usize = 36;
/** i32: whether times of day name a zone: if 1, all must; if 0, none may. */
export const zonedAt: usize = 40;
/** i32: address of the names of symbols by index, 32 bytes each. */
export const namesAt: usize = 44;
/** i64: the first eight bytes of the last date. */
export const dateAt: usize = 48;
/** i64: its last two bytes. */
export const dateRestAt: usize = 56;
/** i64: the start of that date, in the unit of stored times. */
export const dateValueAt: usize = 64;
/** f64: the powers of ten from 0 to 22, which a double holds exactly. */
export const powersAt: usize = 72;
/** Pairs of u64, high half first: 5 to the powers of -0 to -22 as 128 bits, the first of them set, rounded up. */
export const fivesAt: usize = 256;
/** i32: the count of registered names, and the index of the last row's name. */
export const countAt: usize = 624;
export const lastAt: usize = 628;
/** i32: address of the list of field ends, and the bytes of text for which it has room. */
export const stopsAt: usize = 632;
export const stopsLengthAt: usize = 636;
/**
 * The numbers that need no note, those between 1980 and 2100 in the usual unit. u64: the first one, and how many there
 * are; none if the usual form is digits of a date.
 */
export const usualFirstAt: usize = 640;
export const usualCountAt: usize = 648;
/** i32: how many digits of them are fractions of a second, and the number of the usual form. */
export const usualDigitsAt: usize = 656;
export const usualFormAt: usize = 660;
/** i32: the rows in other forms; then, per form, its rows and the index of the first of them. */
export const othersAt: usize = 664;
export const formRowsAt: usize = 668;
export const formFirstAt: usize = 708;
/** Pairs of i32: the role of each field, the address of its column. */
export const fieldsAt: usize = 752;

/** Roles of fields, the same as `roleNumber` in `src/rows/row-context.ts`. */
export const skip: i32 = 0;
export const symbol: i32 = 1;
export const time: i32 = 3;
export const price: i32 = 5;

export const CR: u32 = 13;
export const LF: u32 = 10;
export const SPACE: u32 = 32;
export const QUOTE: u32 = 34;

/** Bytes of the longest row, without its line end, the same as in `src/rows/row-context.ts`. */
export const longestRow: usize = 1024 * 1024;
