// The gateway's public REST API: CAMARA registration and call handling, BYON notification channels.

const registrations = '/webrtc-registration/v0.4/sessions';
const calls = '/webrtc-call-handling/v0.4/sessions';
const transfers = '/call-transfer/v1';
const channels = deviceId => `/notificationchannel/v1/${deviceId}/channels`;

/** An error answer (CAMARA ErrorInfo), or status 0 where none came. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class GatewayApi {
  #base;
  #auth;
  #timeline;

  constructor(config, auth, timeline) {
    this.#base = config.apiBase;
    this.#auth = auth;
    this.#timeline = timeline;
  }

  register(deviceId) {
    return this.#send('Register', 'POST', registrations, { body: { deviceId } });
  }

  registrationsOf(deviceId) {
    return this.#send('Find registration', 'GET', `${registrations}?deviceId=${deviceId}`);
  }

  refresh(registrationId) {
    return this.#send('Refresh registration', 'PUT', `${registrations}/${registrationId}`, { body: {} });
  }

  deregister(registrationId) {
    return this.#send('De-register', 'DELETE', `${registrations}/${registrationId}`);
  }

  openChannel(deviceId) {
    return this.#send('Open event channel', 'POST', channels(deviceId), { body: { channelType: 'WebSockets', channelData: {} } });
  }

  getChannel(deviceId, channelId) {
    return this.#send('Read event channel', 'GET', `${channels(deviceId)}/${channelId}`);
  }

  /** A page of what the device was told after a cursor; { events, cursor, more }. */
  missedEvents(deviceId, channelId, after) {
    return this.#send('Read missed events', 'GET', `${channels(deviceId)}/${channelId}/events?after=${after}&limit=100`);
  }

  closeChannel(deviceId, channelId) {
    return this.#send('Close event channel', 'DELETE', `${channels(deviceId)}/${channelId}`);
  }

  startCall(registrationId, call, group) {
    return this.#send('Start call', 'POST', calls, { body: call, headers: { registrationId }, group });
  }

  getCall(id, group) {
    return this.#send('Read call', 'GET', `${calls}/${id}`, { group });
  }

  setStatus(id, body, group) {
    return this.#send(`Set status ${body.status}`, 'PUT', `${calls}/${id}/status`, { body, group });
  }

  endCall(id, group) {
    return this.#send('End call', 'DELETE', `${calls}/${id}`, { group });
  }

  handOver(id, group) {
    return this.#send('Hand over to the SIM phone', 'POST', `${transfers}/sessions/${id}/transfer`, { group });
  }

  cancelHandOver(id, group) {
    return this.#send('Stop the SIM phone ringing', 'DELETE', `${transfers}/sessions/${id}/transfer`, { group });
  }

  phoneSessions() {
    return this.#send('Find calls on the SIM phone', 'GET', `${transfers}/phone-sessions`);
  }

  retrieve(phoneSessionId, registrationId, offer, group) {
    return this.#send('Bring the call back', 'POST', `${transfers}/phone-sessions/${phoneSessionId}/retrieve`, { body: { offer }, headers: { registrationId }, group });
  }

  async #send(title, method, path, { body, headers = {}, group } = {}) {
    const step = this.#timeline.add({ kind: 'rest', title, code: `${method} ${abbreviate(path)}` }, group);
    try {
      let response = await this.#fetch(method, path, body, headers, await this.#auth.token());
      if (response.status === 401) response = await this.#fetch(method, path, body, headers, await this.#auth.token({ renew: true }));
      const answer = response.headers.get('content-type')?.includes('json') ? await response.json() : null;
      if (!response.ok) throw new ApiError(response.status, answer?.code, answer?.message ?? response.statusText);
      this.#timeline.finish(step, { detail: `${response.status}, ${sinceStart(step)} ms` });
      return answer;
    } catch (error) {
      this.#timeline.finish(step, { bad: true, detail: `${error.status || 'No answer'}, ${sinceStart(step)} ms: ${error.message}` });
      throw error;
    }
  }

  async #fetch(method, path, body, headers, token) {
    const sent = { authorization: `Bearer ${token}`, 'x-correlator': crypto.randomUUID(), ...headers };
    if (body) sent['content-type'] = 'application/json';
    try {
      return await fetch(this.#base + path, { method, headers: sent, body: body && JSON.stringify(body), cache: 'no-store' });
    } catch {
      throw new ApiError(0, undefined, 'The gateway did not answer.');
    }
  }
}

const sinceStart = step => Math.round(performance.now() - step.group.origin - step.at);

/** Ids are long and say nothing to a reader. */
const abbreviate = path => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, id => `${id.slice(0, 8)}…`);
