// Small tools for the page's elements.

/** The element with this data-testid: the same names serve tests and code. */
export const $ = (id, root = document) => root.querySelector(`[data-testid="${id}"]`);

/** Makes an element; attributes as an object, children as nodes or text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== undefined && child !== null));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

/** The coloured disc of a person: initials, and a colour that stays the same for a number. */
export function avatar(node, name, number) {
  const words = (name ?? '').split(/\s+/).filter(Boolean);
  const initials = words.length ? words.slice(0, 2).map(word => word[0]).join('') : number.slice(-2);
  // The golden angle spreads neighbouring numbers over the colour wheel.
  node.style.setProperty('--hue', Math.round((Number(number.slice(-5)) || 0) * 137.508 + 200) % 360);
  node.replaceChildren(el('span', {}, initials.toUpperCase()));
  return node;
}
