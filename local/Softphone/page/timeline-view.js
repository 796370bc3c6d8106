// Draws the timeline. Steps are only ever added or finished, so a row is made once and then adjusted.
import { $, el } from './dom.js';
import { seconds } from './timeline.js';

const drawn = new Map();

export function showTimeline(timeline) {
  const root = $('timeline');
  root.append(el('p', { class: 'empty' }, 'What happens shows up here: REST calls, events, SIP, ICE and DTLS, each with its time.'));
  timeline.addEventListener('change', ({ detail: group }) => draw(root, timeline, group));
  $('copy-timeline').addEventListener('click', () => navigator.clipboard.writeText(timeline.toText()));
}

function draw(root, timeline, group) {
  let view = drawn.get(group);
  if (!view) {
    root.querySelector('.empty')?.remove();
    for (const older of drawn.values()) older.details.open = false;
    view = { details: el('details', { open: '' }), list: el('ol'), note: el('small'), rows: [] };
    view.details.append(el('summary', {}, el('span', {}, group.title), view.note), view.list);
    drawn.set(group, view);
    root.prepend(view.details);
    for (const [old, { details }] of drawn) {
      if (!timeline.groups.includes(old)) {
        details.remove();
        drawn.delete(old);
      }
    }
  }
  const atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 40;
  for (let i = 0; i < group.steps.length; i++) {
    view.rows[i] ??= view.list.appendChild(makeRow(group.steps[i]));
    fillRow(view.rows[i], group.steps[i]);
  }
  const total = Math.max(...group.steps.map(step => step.at + step.length), 1);
  for (let i = 0; i < group.steps.length; i++) {
    const { at, length } = group.steps[i];
    view.rows[i].style.setProperty('--at', place(at, total));
    view.rows[i].style.setProperty('--length', place(at + length, total) - place(at, total));
  }
  view.note.textContent = group.startedAt.toLocaleTimeString();
  if (atEnd && view.details.open && view.details === root.firstChild) root.scrollTop = view.details.offsetHeight;
}

/** Logarithmic, so that the set-up of a call stays readable while the call goes on for minutes. */
const place = (at, total) => Math.log1p(at / 100) / Math.log1p(total / 100);

function makeRow(step) {
  return el('li', { class: 'step', 'data-testid': 'timeline-step', 'data-kind': step.kind },
    el('time', {}, seconds(step.at)),
    el('p', {}, el('strong'), el('code'), el('em')),
    el('span', { class: 'span', 'aria-hidden': 'true' }, el('i')));
}

function fillRow(row, step) {
  if (step.bad) row.dataset.bad = 'true';
  const [title, code, detail] = row.querySelector('p').children;
  title.textContent = step.title;
  code.textContent = step.code ?? '';
  detail.textContent = step.detail ?? '';
}
