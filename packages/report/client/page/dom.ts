type Content = Node | string | undefined;

/** Attributes by name; undefined and false ones are left out. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Creates an element. Text is set as text, never as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...contents: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  for (const content of contents) if (content !== undefined) made.append(content);
  return made;
}

/** A button with a name and what it does. */
export function button(name: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, name);
  made.addEventListener("click", act);
  return made;
}

/** The element with an id, if the page has it. */
export function byId(id: string): HTMLElement | undefined {
  return document.getElementById(id) ?? undefined;
}
