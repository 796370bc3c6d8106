// The device's event channel: a WebSocket of Web PubSub (subprotocol json.webpubsub.azure.v1) that carries CloudEvents.
// It comes back by itself: a fresh channel is asked for each time, because its address holds a token that runs out.
import { ApiError } from './api.js';

const subprotocol = 'json.webpubsub.azure.v1';
const longestPause = 15_000;

export class EventChannel extends EventTarget {
  #api;
  #deviceId;
  #channelId;
  #socket;
  #timer;
  #attempt = 0;
  #closed = false;

  constructor(api, deviceId) {
    super();
    this.#api = api;
    this.#deviceId = deviceId;
  }

  /** Resolves when connected; throws where the first attempt fails. */
  async open() {
    const channel = await this.#api.openChannel(this.#deviceId);
    this.#channelId = channel.channelId;
    await this.#connect(channel.channelData.channelURL);
    this.#attempt = 0;
    this.#tell('state', 'open');
  }

  /** Keeps trying in the background; tells 'reconnected' when it is open again. */
  openLater() {
    if (this.#closed) return;
    this.#tell('state', 'lost');
    clearTimeout(this.#timer);
    const pause = Math.min(longestPause, 500 * 2 ** this.#attempt++) * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#tryAgain(), pause);
  }

  /** Leaves the channel's record to expire. */
  abandon() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#tell('state', 'closed');
  }

  async close() {
    this.abandon();
    if (this.#channelId) await this.#api.closeChannel(this.#deviceId, this.#channelId);
  }

  #connect(url) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, subprotocol);
      let connected = false;
      this.#socket = socket;
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.type === 'system' && frame.event === 'connected') {
          connected = true;
          resolve();
        }
        if (frame.type === 'message') this.#tell('message', typeof frame.data === 'string' ? JSON.parse(frame.data) : frame.data);
      };
      socket.onclose = () => {
        if (connected) this.openLater();
        else reject(new ApiError(0, undefined, 'The event channel could not be opened.'));
      };
    });
  }

  async #tryAgain() {
    try {
      await this.open();
    } catch (error) {
      if (error.code === 'UNAUTHENTICATED') this.#tell('refused');
      else this.openLater();
      return;
    }
    this.#tell('reconnected');
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
