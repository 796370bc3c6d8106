// The softphone: one subscriber on one device, with at most one call. Views listen to 'change' and 'notice'.
import { ApiError, GatewayApi } from './api.js';
import { ringback, ringtone } from './audio.js';
import { Call, peerOf } from './call.js';
import { EventChannel } from './channel.js';
import { Registration } from './registration.js';
import { endingWords, errorWords, milestoneWords, numberOf, spaced } from './words.js';

const deviceKey = 'byon.device';
const eventName = type => type.replace(/^org\.(camaraproject\.webrtc-events|byon-serverless)\./, '').replace(/^v\d+\./, '').replace(/\.v\d+$/, '');

export class Softphone extends EventTarget {
  call = null;
  lastCall = null;
  /** Calls begin with the camera, and invitations to video are answered with it. */
  video = false;
  channelState = 'closed';
  #config;
  #auth;
  #api;
  #timeline;
  #channel;
  #early = new Map();

  constructor(config, auth, timeline) {
    super();
    this.#config = config;
    this.#auth = auth;
    this.#timeline = timeline;
    this.#api = new GatewayApi(config, auth, timeline);
    // Per tab: two tabs are two devices, and a reload stays the same device.
    const known = sessionStorage.getItem(deviceKey);
    this.deviceId = known ?? crypto.randomUUID();
    sessionStorage.setItem(deviceKey, this.deviceId);
    this.registration = new Registration(this.#api, this.deviceId, known !== null);
    this.registration.addEventListener('change', () => this.#changed());
  }

  /** Opens the event channel first, so that no event of the registration is missed. */
  async goOnline() {
    this.#timeline.begin('Going online');
    await this.#tryTo('Connecting', async () => {
      this.#channel = new EventChannel(this.#api, this.deviceId);
      this.#channel.addEventListener('state', ({ detail }) => this.#channelIs(detail));
      this.#channel.addEventListener('message', ({ detail }) => this.#onEvent(detail));
      this.#channel.addEventListener('reconnected', () => this.#tryTo('Coming back', () => this.#comeBack()));
      this.#channel.addEventListener('refused', () => this.#forget());
      this.#channelIs('opening');
      try {
        await this.#channel.open();
      } catch (error) {
        this.#channel.openLater();
        throw error;
      }
      await this.registration.register();
    });
  }

  async #comeBack() {
    if (!this.registration.id) {
      await this.registration.register();
      this.#notice(null);
    }
    await this.call?.catchUp();
  }

  async signOut() {
    await this.call?.end().catch(() => undefined);
    this.#timeline.begin('Signing out');
    await this.#tryTo('Signing out', async () => {
      await this.registration.remove();
      await this.#channel?.close();
    });
    this.#auth.signOut();
    sessionStorage.removeItem(deviceKey);
  }

  /** The name the page knows for a number. */
  nameOf(number) {
    return [...this.#config.demoNumbers, ...this.#config.subscribers].find(each => each.number === number)?.name ?? null;
  }

  // ---- what the person does --------------------------------------------------------------------------------------

  async dial(number) {
    if (this.call) return;
    if (!this.registration.id) {
      this.#notice({ title: 'You are not registered.', text: 'Calls work once the number is registered: sign out and in again if it does not come back.' });
      return;
    }
    const call = this.#begin('outgoing', number, this.nameOf(number), `Call to ${this.nameOf(number) ?? spaced(number)}`);
    try {
      await call.start(this.registration.id, this.registration.number);
    } catch (error) {
      call.abandon('Failed');
      this.#notice(errorWords(error, 'The call'));
    }
  }

  answer() {
    return this.#tryTo('Answering', () => this.call.answer());
  }

  /** Declines, cancels or hangs up. */
  end() {
    return this.#tryTo('Hanging up', () => this.call?.end());
  }

  toggleMute() {
    this.call.setMuted(!this.call.muted);
  }

  toggleVideo() {
    this.video = !this.video;
    this.#changed();
  }

  toggleCamera() {
    return this.#tryTo('The camera', () => this.call.setCamera(!this.call.camera));
  }

  /** Takes the video that the other side wants to show, or declines it. */
  decideVideo(accept) {
    return this.#tryTo('The video', () => this.call.decideVideo(accept));
  }

  toggleHold() {
    return this.#tryTo(this.call.localHold ? 'Resuming' : 'Holding', () => this.call.setHold(!this.call.localHold));
  }

  /** Rings the SIM phone of this number for the call, or stops ringing it. */
  handOver() {
    return this.#tryTo('Handing the call over', () => this.call.handOver());
  }

  /** Brings the newest call on the SIM phone back. */
  async retrieve() {
    if (this.call) return;
    await this.#tryTo('Bringing the call back', async () => {
      const onPhone = (await this.#api.phoneSessions()).at(-1);
      if (!onPhone) throw new ApiError(404, 'NOT_FOUND', 'The call on your phone has ended.');
      const other = [onPhone.originatorAddress, onPhone.receiverAddress].map(numberOf).find(number => number !== this.registration.number) ?? null;
      const call = this.#begin('outgoing', other, this.nameOf(other), `Call of ${this.nameOf(other) ?? spaced(other)} comes back`);
      try {
        await call.retrieve(onPhone.phoneSessionId, this.registration.id);
      } catch (error) {
        call.abandon('Failed');
        throw error;
      }
    });
  }

  sendKey(digit) {
    if (!this.call?.sendDtmf(digit)) this.#notice({ title: 'This key was not sent.', text: 'The other side takes no tones at the moment.' });
  }

  /** Asks the simulator for a call to this number; the gateway knows nothing of this button. */
  async letPhoneCall() {
    await this.#tryTo('Asking for a call', async () => {
      const response = await fetch('ims/call', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ to: this.registration.number }),
      });
      if (response.status === 409) throw new ApiError(409, 'INCOMPATIBLE_STATE', 'The network does not have this number registered.');
      if (!response.ok) throw new ApiError(response.status, undefined, 'The simulator did not take the request.');
    });
  }

  /** Leaves the summary of the call that ended. */
  dismiss() {
    this.lastCall = null;
    this.#changed();
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  #onEvent({ type, data }) {
    const name = eventName(type);
    if (name === 'call-milestone') this.#onMilestone(data);
    else if (name === 'session-invitation') this.#onInvitation(data);
    else if (name === 'session-status') this.#onStatus(data);
    else if (name === 'registration-ends') this.#onRegistrationEnds(data);
  }

  #onMilestone({ mediaSessionId, milestone, detail }) {
    const group = this.#groupOf(mediaSessionId);
    if (group) this.#timeline.add({ kind: milestone.startsWith('sip.') ? 'sip' : 'media', ...milestoneWords(milestone, detail) }, group);
    else this.#keepForLater(mediaSessionId, () => this.#onMilestone({ mediaSessionId, milestone, detail }));
  }

  async #onInvitation(data) {
    const { number, name } = peerOf(data);
    if (this.call) {
      if (this.call.id !== data.mediaSessionId) {
        this.#notice({ title: `${name ?? spaced(number)} is calling too.`, text: 'You are in a call; it keeps ringing on the other devices of this number.' });
      }
      return;
    }
    const call = this.#begin('incoming', number, name ?? this.nameOf(number), `Call from ${name ?? this.nameOf(number) ?? spaced(number)}`);
    call.id = data.mediaSessionId;
    this.#timeline.add({ kind: 'event', title: 'Invitation', detail: data.status }, call.group);
    this.#replay(data.mediaSessionId);
    await this.#tryTo('Taking the call', async () => {
      try {
        await call.ring(data);
      } catch (error) {
        if (call.phase === 'ended') return;
        const isOver = error.status === 404 || error.status === 409;
        call.abandon(isOver ? 'SessionCancelled' : 'Failed', isOver ? 'caller-cancelled' : null);
        if (!isOver) throw error;
      }
    });
  }

  #onStatus(data) {
    const group = this.#groupOf(data.mediaSessionId);
    if (!group) {
      this.#keepForLater(data.mediaSessionId, () => this.#onStatus(data));
      return;
    }
    const bad = ['Failed', 'NotReachable'].includes(data.status) || ['Client', 'Gateway'].includes(data.ending?.class);
    this.#timeline.add({ kind: 'event', title: data.status, detail: data.ending?.sipLine ?? data.reason, bad }, group);
    if (this.call?.id === data.mediaSessionId) this.#tryTo('Following the call', () => this.call.onStatus(data));
  }

  #onRegistrationEnds({ registrationId, terminationReason, terminationDescription }) {
    if (registrationId !== this.registration.id) return;
    this.#timeline.add({ kind: 'event', title: 'Registration ended', detail: terminationDescription ?? terminationReason, bad: true });
    this.registration.lost();
    const expired = terminationReason === 'REGISTRATION_EXPIRED';
    this.#notice({
      title: expired ? 'Your registration ran out.' : 'The network ended your registration.',
      text: 'Registering again…',
    });
    this.#tryTo('Registering again', async () => {
      await this.registration.register();
      this.#notice(null);
    });
  }

  // Events may overtake the answer of the POST that tells the call's id: they wait for it.
  #keepForLater(id, event) {
    if (this.call?.phase !== 'outgoing' || this.call.id) return;
    const waiting = this.#early.get(id) ?? [];
    if (waiting.length < 50) waiting.push(event);
    this.#early.set(id, waiting);
  }

  #replay(id) {
    const waiting = this.#early.get(id) ?? [];
    this.#early.clear();
    for (const event of waiting) event();
  }

  // ---- small parts -----------------------------------------------------------------------------------------------

  #begin(direction, number, name, title) {
    this.#notice(null);
    const group = this.#timeline.begin(title);
    const call = new Call({ api: this.#api, timeline: this.#timeline, group, direction, number, name, video: this.video });
    call.group = group;
    this.call = call;
    this.lastCall = null;
    call.addEventListener('change', () => this.#onCallChange(call));
    call.addEventListener('media', () => this.dispatchEvent(new CustomEvent('media', { detail: call.remoteStream })));
    call.addEventListener('identified', () => this.#replay(call.id));
    call.addEventListener('ended', () => this.#onCallEnded(call));
    this.#onCallChange(call);
    return call;
  }

  #onCallChange(call) {
    sound(ringtone, call.phase === 'incoming' && !call.busy);
    sound(ringback, call.phase === 'outgoing' && call.status === 'Ringing' && !call.earlyMedia);
    this.#changed();
  }

  #onCallEnded(call) {
    if (this.call !== call) return;
    this.#timeline.add({ kind: 'you', title: endingWords(call.ending) }, call.group);
    this.call = null;
    this.lastCall = call;
    this.#early.clear();
    this.#changed();
  }

  #groupOf(id) {
    return [this.call, this.lastCall].find(call => call?.id === id)?.group;
  }

  #channelIs(state) {
    this.channelState = state;
    if (state === 'lost') this.#timeline.add({ kind: 'browser', title: 'Event channel lost', bad: true });
    if (state === 'open') this.#timeline.add({ kind: 'browser', title: 'Event channel open' });
    this.#changed();
  }

  async #tryTo(doing, work) {
    try {
      await work();
    } catch (error) {
      if (error.code === 'UNAUTHENTICATED' && !this.call) this.#forget();
      else this.#notice(errorWords(error, doing));
    }
  }

  /** The sign-in is no longer good: nothing can be told to the gateway any more. */
  #forget() {
    if (!this.#auth.signedIn) return;
    this.#channel?.abandon();
    this.registration.abandon();
    this.#auth.signOut();
    this.dispatchEvent(new Event('signed-out'));
  }

  #notice(words) {
    this.dispatchEvent(new CustomEvent('notice', { detail: words }));
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

const sound = (cadence, on) => on ? cadence.start() : cadence.stop();
