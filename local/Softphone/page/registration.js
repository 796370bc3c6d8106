// Keeps this device registered: registers, refreshes before it runs out, finds its registration again after a reload.

const margin = 120_000;

export class Registration extends EventTarget {
  id = null;
  number = null;
  expiresAt = null;
  state = 'off';
  #api;
  #deviceId;
  #mayExist;
  #timer;

  /** @param {boolean} mayExist whether this device can be registered already, from before a reload of the page. */
  constructor(api, deviceId, mayExist) {
    super();
    this.#api = api;
    this.#deviceId = deviceId;
    this.#mayExist = mayExist;
  }

  async register() {
    this.#become('busy');
    try {
      this.#take(await this.#create());
    } catch (error) {
      this.#become('error');
      throw error;
    }
  }

  async remove() {
    const { id } = this;
    this.abandon();
    if (id) await this.#api.deregister(id);
  }

  /** The network or the clock ended it. */
  lost() {
    clearTimeout(this.#timer);
    this.id = null;
    this.#become('error');
  }

  /** Stops refreshing: the registration is left to expire. */
  abandon() {
    clearTimeout(this.#timer);
    this.id = null;
    this.#become('off');
  }

  async #create() {
    const taken = this.#mayExist ? await this.#takeUp() : null;
    this.#mayExist = true;
    if (taken) return taken;
    try {
      return await this.#api.register(this.#deviceId);
    } catch (error) {
      if (error.code !== 'ALREADY_EXISTS') throw error;
      return await this.#takeUp() ?? await this.#api.register(this.#deviceId);
    }
  }

  /** The registration this device has already, refreshed; null where it has none. */
  async #takeUp() {
    const [existing] = await this.#api.registrationsOf(this.#deviceId);
    return existing ? { ...existing, ...await this.#api.refresh(existing.registrationId) } : null;
  }

  #take(answer) {
    this.id = answer.registrationId;
    this.number = answer.regInfo?.phoneNumber ?? this.number;
    this.expiresAt = Date.parse(answer.expiresAt);
    this.#become('on');
    const left = this.expiresAt - Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), Math.max(1000, left - Math.min(margin, left / 3)));
  }

  async #refresh() {
    try {
      this.#take({ registrationId: this.id, ...await this.#api.refresh(this.id) });
    } catch (error) {
      if (error.status === 404) await this.register().catch(() => undefined);
      else if (Date.now() < this.expiresAt) this.#timer = setTimeout(() => this.#refresh(), 5000);
      else this.lost();
    }
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}
