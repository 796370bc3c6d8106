// The device's event channel: a WebSocket of Web PubSub that carries CloudEvents, each with its place (cursor) in the
// device's log. It comes back by itself, first as the same connection (the service keeps what was missed for a while), then
// as a new one that reads what was missed from the log. So events are told in the log's order, none twice and none missing.
import { ApiError } from './api.js';
import { endStatuses } from './words.js';

const subprotocol = 'json.reliable.webpubsub.azure.v1';
const startAnew = 1008;
const longestPause = 15_000;

export class EventChannel extends EventTarget {
  #api;
  #deviceId;
  #channelId;
  #cursor = null;
  #socket;
  #recovery = null;
  #work = Promise.resolve();
  #timer;
  #attempt = 0;
  #closed = false;

  constructor(api, deviceId) {
    super();
    this.#api = api;
    this.#deviceId = deviceId;
  }

  /** Resolves when connected and up to date; throws where that fails. */
  async open() {
    if (!await this.#recover()) await this.#connect(await this.#freshUrl());
    await this.#inTurn(() => this.#catchUp());
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

  /** A channel's address holds a token that runs out; a channel that is gone is made anew, at the cursor reached. */
  async #freshUrl() {
    if (this.#channelId) {
      try {
        const { channels: [channel] } = await this.#api.getChannel(this.#deviceId, this.#channelId);
        return channel.channelData.channelURL;
      } catch (error) {
        if (error.status !== 404) throw error;
      }
    }
    const channel = await this.#api.openChannel(this.#deviceId);
    this.#channelId = channel.channelId;
    this.#cursor ??= Number(channel.cursor);
    return channel.channelData.channelURL;
  }

  /** False where there is nothing to take up, or the service has forgotten it. */
  async #recover() {
    const known = this.#recovery;
    this.#recovery = null;
    if (!known) return false;
    const url = new URL(known.url);
    url.search = new URLSearchParams({ awps_connection_id: known.connectionId, awps_reconnection_token: known.token });
    try {
      await this.#connect(url.href);
      return true;
    } catch {
      return false;
    }
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
          this.#recovery = { url, connectionId: frame.connectionId, token: frame.reconnectionToken };
          resolve();
        }
        if (frame.type !== 'message') return;
        if (frame.sequenceId !== undefined) socket.send(JSON.stringify({ type: 'sequenceAck', sequenceId: frame.sequenceId }));
        this.#inTurn(() => this.#take(typeof frame.data === 'string' ? JSON.parse(frame.data) : frame.data)).catch(() => socket.close());
      };
      socket.onclose = ({ code }) => {
        if (code === startAnew) this.#recovery = null;
        if (connected && socket === this.#socket) this.openLater();
        else reject(new ApiError(0, undefined, 'The event channel could not be opened.'));
      };
    });
  }

  /** One after the other: what arrives while missed events are read has to wait for them. */
  #inTurn(work) {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #take(event) {
    if (event.cursor === undefined) return this.#tell('message', event);
    if (Number(event.cursor) > this.#cursor + 1) await this.#catchUp();
    return this.#keep(event);
  }

  #keep(event) {
    if (Number(event.cursor) <= this.#cursor) return;
    this.#cursor = Number(event.cursor);
    this.#tell('message', event);
  }

  /** Reads from the log what did not arrive. An invitation to a call that has ended since is for nobody. */
  async #catchUp() {
    const missed = [];
    for (let more = true, after = this.#cursor; more;) {
      const page = await this.#api.missedEvents(this.#deviceId, this.#channelId, after);
      missed.push(...page.events);
      ({ more, cursor: after } = page);
    }
    const ended = new Set(missed.filter(({ data }) => endStatuses.has(data.status)).map(({ data }) => data.mediaSessionId));
    for (const event of missed) {
      if (event.type.endsWith('session-invitation') && ended.has(event.data.mediaSessionId)) this.#cursor = Math.max(this.#cursor, Number(event.cursor));
      else this.#keep(event);
    }
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
