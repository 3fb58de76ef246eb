/** A message whose further lines are indented: a name with a line break cannot pass for a message of its own. */
export function continued(message: string): string {
  return message.replace(/\n(?! )/g, "\n  ");
}
