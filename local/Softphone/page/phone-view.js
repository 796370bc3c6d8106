// Draws the phone: dial pad, call screen, people and the bar's state. Holds no state of its own.
import { playKey } from './audio.js';
import { $, avatar, el, icon } from './dom.js';
import { duration, endingWords, parseNumber, spaced } from './words.js';

const keys = [['1', ''], ['2', 'ABC'], ['3', 'DEF'], ['4', 'GHI'], ['5', 'JKL'], ['6', 'MNO'], ['7', 'PQRS'], ['8', 'TUV'], ['9', 'WXYZ'], ['*', ''], ['0', '+'], ['#', '']];
const keyNames = { '*': 'star', '#': 'hash' };

export class PhoneView {
  #phone;
  #config;

  constructor(phone, config) {
    this.#phone = phone;
    this.#config = config;
    this.#makeKeys($('keys'), 'key', digit => this.#typed(digit));
    this.#makeKeys($('dtmf-keys'), 'dtmf', digit => {
      playKey(digit);
      phone.sendKey(digit);
    });
    this.#listen();
    this.#showPeople();
    phone.addEventListener('change', () => this.#show());
    phone.addEventListener('media', ({ detail }) => {
      $('remote-audio').srcObject = detail;
      $('remote-video').srcObject = detail;
    });
    setInterval(() => this.#tick(), 500);
    requestAnimationFrame(() => this.#meters());
    this.#show();
  }

  #listen() {
    const phone = this.#phone;
    const on = (id, action) => $(id).addEventListener('click', action);
    $('dial').addEventListener('submit', event => {
      event.preventDefault();
      this.#dial();
    });
    $('number-input').addEventListener('input', () => this.#showDialName());
    on('backspace', () => this.#setNumber($('number-input').value.trimEnd().slice(0, -1)));
    on('hangup', () => phone.end());
    on('decline', () => phone.end());
    on('answer', () => phone.answer());
    on('mute', () => phone.toggleMute());
    on('hold', () => phone.toggleHold());
    on('camera', () => phone.toggleCamera());
    on('video-accept', () => phone.decideVideo(true));
    on('video-decline', () => phone.decideVideo(false));
    on('video-switch', () => phone.toggleVideo());
    on('hand-over', () => phone.handOver());
    on('retrieve', () => phone.retrieve());
    on('keypad', () => this.#showKeypad($('dtmf-keys').hidden));
    on('call-again', () => phone.dial(phone.lastCall.number));
    on('close-call', () => phone.dismiss());
    on('phone-calls-me', () => phone.letPhoneCall());
    addEventListener('keydown', event => this.#onKey(event));
  }

  /** Digits on the keyboard press the keys of whichever pad is in front. */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return;
    if (!/^[0-9*#]$/.test(event.key)) return;
    if (this.#phone.call?.phase === 'connected') {
      this.#showKeypad(true);
      $(`dtmf-${keyNames[event.key] ?? event.key}`).click();
    } else if (!this.#phone.call && !this.#phone.lastCall) {
      $('number-input').focus();
    }
  }

  // ---- dialling --------------------------------------------------------------------------------------------------

  #makeKeys(root, prefix, press) {
    for (const [digit, letters] of keys) {
      const key = el('button', { type: 'button', 'data-testid': `${prefix}-${keyNames[digit] ?? digit}`, 'aria-label': `${digit} ${letters}`.trim() },
        el('b', {}, digit), el('small', {}, letters));
      key.addEventListener('click', () => press(digit));
      if (digit === '0' && prefix === 'key') onLongPress(key, () => this.#typed('+'));
      root.append(key);
    }
  }

  #typed(digit) {
    playKey(digit);
    this.#setNumber($('number-input').value + digit);
  }

  #setNumber(value) {
    $('number-input').value = value;
    this.#showDialName();
  }

  #showDialName() {
    const number = parseNumber($('number-input').value);
    $('dial-name').textContent = (number && this.#phone.nameOf(number)) ?? '';
  }

  #dial() {
    const typed = $('number-input').value;
    const number = parseNumber(typed);
    if (number) this.#phone.dial(number);
    else $('dial-name').textContent = typed ? 'Write the number with its country code, such as +34 999 000 001' : 'Type a number, or pick somebody';
  }

  #showPeople() {
    const row = (person, testId, note) => {
      const button = el('button', { type: 'button', 'data-testid': testId, 'data-number': person.number, 'aria-label': `Call ${person.name}` },
        avatar(el('div', { class: 'avatar tiny' }), person.name, person.number),
        el('div', {}, el('strong', {}, person.name), el('small', {}, note)), icon('phone'));
      button.addEventListener('click', () => this.#phone.dial(person.number));
      return el('li', {}, button);
    };
    $('demo-numbers').append(...this.#config.demoNumbers.map(each => row(each, 'demo-number', each.description)));
    $('subscribers').append(...this.#config.subscribers.map(each => row(each, 'subscriber', spaced(each.number))));
    $('phone-calls-me').hidden = !this.#config.phonesCanCall;
    $('demo-numbers').previousElementSibling.hidden = this.#config.demoNumbers.length === 0;
  }

  // ---- drawing ---------------------------------------------------------------------------------------------------

  #show() {
    this.#showState();
    const call = this.#phone.call ?? this.#phone.lastCall;
    const root = $('phone');
    const before = root.dataset.phase;
    root.dataset.phase = call?.phase ?? 'idle';
    root.dataset.held = Boolean(call?.held);
    $('video-switch').setAttribute('aria-checked', this.#phone.video);
    for (const button of document.querySelectorAll('.people button')) button.disabled = Boolean(this.#phone.call) || !this.#phone.registration.id;
    document.title = this.#phone.call?.phase === 'incoming' ? `☎ ${call.name ?? spaced(call.number)}` : 'BYON softphone';
    if (!call) {
      if (before !== 'idle') this.#setNumber('');
      return;
    }
    this.#showCall(call);
    if (before !== root.dataset.phase) this.#enter(call.phase);
  }

  #showState() {
    const { registration, channelState } = this.#phone;
    $('my-number').textContent = registration.number ? spaced(registration.number) : '';
    $('my-name').textContent = (registration.number && this.#phone.nameOf(registration.number)) ?? '';
    for (const item of $('subscribers').children) item.hidden = item.firstChild.dataset.number === registration.number;
    pill('registration-status', registration.state, { on: 'Registered', busy: 'Registering…', off: 'Not registered', error: 'Not registered' }[registration.state]);
    const channel = { open: ['on', 'Events live'], opening: ['busy', 'Connecting…'], lost: ['busy', 'Reconnecting…'], closed: ['off', 'Events off'] }[channelState];
    pill('channel-status', ...channel);
    this.#tick();
  }

  #showCall(call) {
    avatar($('call-avatar'), call.name, call.number ?? '?');
    $('call-peer').textContent = call.name ?? spaced(call.number);
    $('call-number').textContent = call.name ? spaced(call.number) : '';
    $('call-status').textContent = statusWords(call);
    $('mute').setAttribute('aria-pressed', call.muted);
    $('mute').querySelector('use').setAttribute('href', call.muted ? '#i-mic-off' : '#i-mic');
    $('hold').setAttribute('aria-pressed', call.localHold);
    $('hold').querySelector('em').textContent = call.localHold ? 'Resume' : 'Hold';
    $('hold').querySelector('use').setAttribute('href', call.localHold ? '#i-play' : '#i-pause');
    $('camera').disabled = call.phase !== 'connected' || call.busy || call.held;
    $('camera').setAttribute('aria-pressed', call.camera);
    this.#showVideo(call);
    $('hold').disabled = $('keypad').disabled = $('hand-over').disabled = call.phase !== 'connected' || call.busy;
    $('hand-over').setAttribute('aria-pressed', call.handingOver);
    $('hand-over').querySelector('em').textContent = call.handingOver ? 'Ringing…' : 'To phone';
    $('retrieve').hidden = call.ending?.ending?.reason !== 'transferred';
    $('answer').disabled = call.busy;
    $('dtmf-sent').textContent = call.dtmfSent;
    this.#tick();
  }

  #showVideo(call) {
    const live = call.phase !== 'ended' && !call.held;
    $('video-request').hidden = !live || !call.asksForVideo;
    $('phone').dataset.video = live && call.seesOther;
    $('remote-video').hidden = !live || !call.seesOther;
    $('self-video').hidden = !live || !call.picture;
    if ($('self-video').srcObject !== call.picture) $('self-video').srcObject = call.picture;
  }

  /** On a new phase: the keypad folds, and the most likely control has the focus. */
  #enter(phase) {
    if (phase !== 'connected') this.#showKeypad(false);
    const control = { outgoing: 'hangup', incoming: 'answer', connected: 'hangup', ended: 'close-call' }[phase];
    $(control).focus({ preventScroll: true, focusVisible: false });
    if (phase === 'outgoing' || phase === 'incoming') $('phone').scrollIntoView({ block: 'nearest' });
  }

  #showKeypad(open) {
    $('dtmf-keys').hidden = !open;
    $('keypad').setAttribute('aria-pressed', open);
  }

  #tick() {
    const { registration, call, lastCall } = this.#phone;
    if (registration.state === 'on') {
      $('registration-status').title = `Until ${new Date(registration.expiresAt).toLocaleTimeString()}`;
    }
    const time = call?.connectedAt ? performance.now() - call.connectedAt : !call && lastCall?.lasted ? lastCall.lasted : null;
    $('call-duration').textContent = time === null ? '' : duration(time);
    call?.statistics().then(figures => { $('call-stats').textContent = figures ? statisticsWords(figures) : ''; });
    $('call-quality').textContent = !call && lastCall?.quality ? qualityWords(lastCall.quality) : '';
  }

  #meters() {
    const { sent, heard } = this.#phone.call?.levels ?? { sent: 0, heard: 0 };
    setLevel('meter-sent', sent);
    setLevel('meter-heard', heard);
    requestAnimationFrame(() => this.#meters());
  }
}

function statusWords(call) {
  if (call.phase === 'ended') return endingWords(call.ending);
  if (call.phase === 'incoming') return call.busy ? 'Connecting…' : 'is calling you';
  if (call.phase === 'connected') {
    if (call.localHold && call.remoteHold) return 'Held by both sides';
    if (call.handingOver) return 'Your phone is ringing…';
    if (call.localHold) return 'On hold';
    return call.remoteHold ? 'The other side put you on hold' : 'Connected';
  }
  return { Ringing: 'Ringing…', InProgress: 'Connecting…', Waiting: 'Waiting in a queue…' }[call.status] ?? 'Calling…';
}

function statisticsWords({ codec, lost, jitter, roundTrip }) {
  const name = { opus: 'Opus', PCMA: 'G.711 A-law', PCMU: 'G.711 µ-law' }[codec] ?? codec;
  const trip = roundTrip === null ? [] : [`round trip ${roundTrip.toFixed(0)} ms`];
  return [name, `lost ${(lost * 100).toFixed(1)} %`, `jitter ${jitter.toFixed(0)} ms`, ...trip].join('  ·  ');
}

/** The gateway's figures of both directions: {codec, lossPercent, mos} of each. */
function qualityWords({ browser, network, video }) {
  const one = (who, { codec, lossPercent, mos }) => `${who}: ${codec}, lost ${lossPercent.toFixed(1)} %, MOS ${mos.toFixed(1)}`;
  const picture = (who, { codec, lossPercent, kilobits }) => `${who}, video: ${codec}, lost ${lossPercent.toFixed(1)} %, ${kilobits.toFixed(0)} kbit/s`;
  return [
    browser && one('You', browser), video?.browser && picture('You', video.browser),
    network && one('Other side', network), video?.network && picture('Other side', video.network),
  ].filter(Boolean).join('\n');
}

function pill(id, state, words) {
  $(id).dataset.state = state;
  $(id).querySelector('b').textContent = words;
}

function setLevel(id, level) {
  $(id).querySelector('.bar-level').style.setProperty('--level', level.toFixed(3));
  $(id).dataset.level = level.toFixed(2);
}

function onLongPress(button, action) {
  let timer;
  let done = false;
  button.addEventListener('pointerdown', () => {
    done = false;
    timer = setTimeout(() => { done = true; action(); }, 500);
  });
  for (const event of ['pointerup', 'pointerleave']) button.addEventListener(event, () => clearTimeout(timer));
  button.addEventListener('click', event => { if (done) event.stopImmediatePropagation(); }, { capture: true });
}
