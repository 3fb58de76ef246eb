/** Tasks that `overhead.mjs` measures, for the executor and for bare piscina. */
import { transferred } from "@atc/contract";
import { move } from "piscina";

export const nothing = () => undefined;
export const moved = (values) => transferred(values, [values.buffer]);
export const copied = (values) => values;
export const bareNothing = () => undefined;
export const bareMoved = (values) => move(values);
export const bareCopied = (values) => values;
