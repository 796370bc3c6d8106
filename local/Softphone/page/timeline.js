// The timeline's data: groups (one per call, and one for signing in) of steps with times relative to the group's start.

const maximumGroups = 20;
const maximumSteps = 400;

export class Timeline extends EventTarget {
  groups = [];

  /** Starts a new group; later steps without a group of their own go there. */
  begin(title) {
    const group = { title, startedAt: new Date(), origin: performance.now(), steps: [] };
    this.groups.unshift(group);
    this.groups.length = Math.min(this.groups.length, maximumGroups);
    this.#tell(group);
    return group;
  }

  get current() {
    return this.groups[0] ?? this.begin('This session');
  }

  /**
   * Adds one step and returns it; finish(step) sets its length later.
   * @param {{kind: string, title: string, detail?: string, code?: string, bad?: boolean}} step
   */
  add(step, group = this.current) {
    const entry = { at: performance.now() - group.origin, length: 0, ...step, group };
    if (group.steps.length < maximumSteps) group.steps.push(entry);
    this.#tell(group);
    return entry;
  }

  finish(entry, changes) {
    Object.assign(entry, changes, { length: performance.now() - entry.group.origin - entry.at });
    this.#tell(entry.group);
  }

  /** A plain copy, oldest group first: for tests, and for the clipboard. */
  toJSON() {
    return this.groups.toReversed().map(({ title, startedAt, steps }) => ({
      title,
      startedAt: startedAt.toISOString(),
      steps: steps.map(({ kind, title: what, detail, code, at, length, bad }) => ({ kind, title: what, detail, code, at, length, bad })),
    }));
  }

  toText() {
    return this.toJSON().map(group => [`${group.title} (${group.startedAt})`, ...group.steps.map(step =>
      `${seconds(step.at).padStart(10)}  ${step.kind.padEnd(8)} ${[step.title, step.code, step.detail].filter(Boolean).join('  ')}`)].join('\n')).join('\n\n');
  }

  #tell(group) {
    this.dispatchEvent(new CustomEvent('change', { detail: group }));
  }
}

export const seconds = milliseconds => `+${(milliseconds / 1000).toFixed(3)} s`;
