// Puts the page together: configuration, sign-in, softphone, views.
import { Auth } from './auth.js';
import { $ } from './dom.js';
import { PhoneView } from './phone-view.js';
import { Softphone } from './softphone.js';
import { showTimeline } from './timeline-view.js';
import { Timeline } from './timeline.js';
import { errorWords } from './words.js';

const themeKey = 'byon.theme';

async function start() {
  useTheme(localStorage.getItem(themeKey));
  $('theme-toggle').addEventListener('click', switchTheme);
  $('notice-close').addEventListener('click', () => notice(null));
  const config = await (await fetch('config.json', { cache: 'no-store' })).json();
  const auth = new Auth(config);
  try {
    await auth.completeSignIn();
  } catch (error) {
    notice(errorWords(error, 'Signing in'));
  }
  if (auth.signedIn) await showDesk(config, auth);
  else showWelcome(auth);
}

function showWelcome(auth) {
  document.body.dataset.view = 'out';
  $('sign-in').addEventListener('click', () => auth.signIn().catch(error => notice({ ...errorWords(error, 'Signing in'), text: error.message })));
}

async function showDesk(config, auth) {
  document.body.dataset.view = 'in';
  const timeline = new Timeline();
  showTimeline(timeline);
  const phone = new Softphone(config, auth, timeline);
  phone.addEventListener('notice', ({ detail }) => notice(detail));
  phone.addEventListener('signed-out', () => {
    showWelcome(auth);
    notice({ title: 'You have been signed out.', text: 'The sign-in ran out, or the identity provider was started anew. Sign in again.' });
  });
  const view = new PhoneView(phone, config);
  expose(phone, timeline);
  $('sign-out').addEventListener('click', async () => {
    $('sign-out').disabled = true;
    await phone.signOut();
    location.assign(location.pathname);
  });
  await phone.goOnline();
  return view;
}

function notice(words) {
  $('notice').hidden = !words;
  if (!words) return;
  $('notice-title').textContent = words.title;
  $('notice-text').textContent = words.text;
  $('notice-detail').textContent = words.detail ?? '';
}

function useTheme(theme) {
  document.documentElement.style.colorScheme = theme ?? '';
}

function switchTheme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === 'dark'
    || (!localStorage.getItem(themeKey) && matchMedia('(prefers-color-scheme: dark)').matches);
  const theme = dark ? 'light' : 'dark';
  localStorage.setItem(themeKey, theme);
  useTheme(theme);
}

/** window.softphone: a read-only picture of the state, for tests and for the curious. */
function expose(phone, timeline) {
  const pictureOf = call => call && {
    id: call.id,
    direction: call.direction,
    phase: call.phase,
    status: call.status,
    number: call.number,
    muted: call.muted,
    camera: call.camera,
    seesOther: call.seesOther,
    localHold: call.localHold,
    remoteHold: call.remoteHold,
    ending: call.ending,
    levels: call.levels,
  };
  Object.defineProperty(window, 'softphone', {
    value: Object.freeze({
      get deviceId() { return phone.deviceId; },
      get number() { return phone.registration.number; },
      get registration() {
        const { id, state, expiresAt } = phone.registration;
        return { id, state, expiresAt };
      },
      get channel() { return phone.channelState; },
      get call() { return pictureOf(phone.call); },
      get lastCall() { return pictureOf(phone.lastCall); },
      get timeline() { return timeline.toJSON(); },
      statistics: () => phone.call?.statistics() ?? null,
      get remoteStream() { return phone.call?.remoteStream ?? null; },
    }),
  });
}

start().catch(() => notice({ title: 'This page could not start.', text: 'Its server does not answer: check that ./byon up is running, then reload.' }));
