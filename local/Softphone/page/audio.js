// Microphone, tones and level meters.

let context;

/** One AudioContext for the page; browsers let it run after the first click or key. */
function audioContext() {
  context ??= new AudioContext();
  if (context.state === 'suspended') context.resume();
  return context;
}

for (const gesture of ['pointerdown', 'keydown']) {
  addEventListener(gesture, audioContext, { once: true, capture: true });
}

export function openMicrophone() {
  return navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
}

const fallPerSecond = 1.5;

/** How loud a stream is, 0 to 1 over the top 60 dB: rises at once and falls slowly, so that an eye can follow. */
export class LevelMeter {
  #source;
  #analyser;
  #samples;
  #shown = 0;
  #readAt = 0;

  constructor(stream) {
    const audio = audioContext();
    this.#analyser = audio.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = audio.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  get level() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    const level = power === 0 ? 0 : Math.min(1, Math.max(0, (10 * Math.log10(power) + 60) / 60));
    const fallen = this.#shown - fallPerSecond * (performance.now() - this.#readAt) / 1000;
    this.#readAt = performance.now();
    this.#shown = Math.max(level, fallen, 0);
    return this.#shown;
  }

  close() {
    this.#source.disconnect();
  }
}

/** Plays a cadence until stopped. A beat is {tones: [Hz], on, off} in seconds. */
export class Cadence {
  #beats;
  #volume;
  #timer;
  #gain;

  constructor(beats, volume) {
    this.#beats = beats;
    this.#volume = volume;
  }

  start() {
    if (this.#gain) return;
    const audio = audioContext();
    this.#gain = audio.createGain();
    this.#gain.connect(audio.destination);
    this.#play(0);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#gain?.disconnect();
    this.#gain = undefined;
  }

  #play(index) {
    const { tones, on, off } = this.#beats[index % this.#beats.length];
    for (const tone of tones) beep(tone, on, this.#volume, this.#gain);
    this.#timer = setTimeout(() => this.#play(index + 1), (on + off) * 1000);
  }
}

/** What a caller hears while the far end rings, where the network sends no tone (ETSI TR 101 041: 425 Hz). */
export const ringback = new Cadence([{ tones: [425], on: 1.5, off: 3 }], 0.05);

export const ringtone = new Cadence([
  { tones: [659.3], on: 0.18, off: 0.02 },
  { tones: [784], on: 0.18, off: 0.02 },
  { tones: [1046.5], on: 0.4, off: 0.2 },
  { tones: [784], on: 0.18, off: 0.02 },
  { tones: [1046.5], on: 0.6, off: 1.6 },
], 0.12);

const dtmf = { rows: ['123', '456', '789', '*0#'], low: [697, 770, 852, 941], high: [1209, 1336, 1477] };

/** The short tone a key makes for the person who presses it (ITU-T Q.23). */
export function playKey(digit) {
  const row = dtmf.rows.findIndex(keys => keys.includes(digit));
  if (row < 0) return;
  const audio = audioContext();
  beep(dtmf.low[row], 0.09, 0.04, audio.destination);
  beep(dtmf.high[dtmf.rows[row].indexOf(digit)], 0.09, 0.04, audio.destination);
}

function beep(frequency, length, volume, destination) {
  const audio = audioContext();
  const oscillator = audio.createOscillator();
  const envelope = audio.createGain();
  const start = audio.currentTime;
  oscillator.frequency.value = frequency;
  envelope.gain.setValueAtTime(0, start);
  envelope.gain.linearRampToValueAtTime(volume, start + 0.015);
  envelope.gain.setValueAtTime(volume, start + Math.max(0.02, length - 0.03));
  envelope.gain.linearRampToValueAtTime(0, start + length);
  oscillator.connect(envelope).connect(destination);
  oscillator.start(start);
  oscillator.stop(start + length);
}
