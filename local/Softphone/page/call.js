// One call of this browser: the REST calls it makes and the events it gets. Its media is told by it what to do.
import { Media } from './media.js';
import { endStatuses, numberOf } from './words.js';

/**
 * Phases: outgoing → connected → ended, or incoming → connected → ended.
 * Tells 'change' whenever something shown changes, and 'ended' once.
 */
export class Call extends EventTarget {
  phase;
  status = 'Initial';
  id = null;
  muted = false;
  /** The person wants to be seen. */
  camera = false;
  localHold = false;
  remoteHold = false;
  earlyMedia = false;
  busy = false;
  handingOver = false;
  connectedAt = null;
  ending = null;
  quality = null;
  dtmfSent = '';
  #api;
  #group;
  #timeline;
  #media = new Media({
    change: () => this.#changed(),
    arrived: () => this.dispatchEvent(new Event('media')),
    step: (title, bad) => this.#browser(title, bad),
  });
  #sequence = 0;
  #ringing = null;
  /** The offer by which the other side wants to show video; null while it does not, or once that is decided. */
  #wanted = null;

  constructor({ api, timeline, group, direction, number, name, video }) {
    super();
    this.#api = api;
    this.#timeline = timeline;
    this.#group = group;
    this.direction = direction;
    this.phase = direction;
    this.number = number;
    this.name = name;
    this.camera = video;
  }

  get remoteStream() {
    return this.#media.remote;
  }

  /** What the own camera sees; null while it is off. */
  get picture() {
    return this.camera ? this.#media.picture : null;
  }

  /** The other side is being seen. */
  get seesOther() {
    return this.#media.seesOther;
  }

  /** The other side wants to show video, and the person has not decided yet. */
  get asksForVideo() {
    return this.#wanted !== null;
  }

  get held() {
    return this.localHold || this.remoteHold;
  }

  /** How loud each direction is, 0 to 1. Nothing is sent while either side holds the call. */
  get levels() {
    const { sent, heard } = this.#media.levels;
    return { sent: this.held ? 0 : sent, heard };
  }

  // ---- outgoing --------------------------------------------------------------------------------------------------

  start(registrationId, ownNumber) {
    return this.#offer(offer => this.#api.startCall(registrationId, {
      originatorAddress: `tel:${ownNumber}`, receiverAddress: `tel:${this.number}`, offer,
    }, this.#group));
  }

  /** Brings a call back that was handed over to the SIM phone. */
  retrieve(phoneSessionId, registrationId) {
    return this.#offer(offer => this.#api.retrieve(phoneSessionId, registrationId, offer, this.#group));
  }

  async #offer(place) {
    const video = this.camera;
    await this.#media.openDevices(video);
    if (this.#over) return;
    this.camera = video && this.#media.picture !== null;
    const offer = { sdp: await this.#media.offer(video) };
    if (this.#over) return;
    const session = await place(offer);
    this.id = session.mediaSessionId;
    if (this.#over) return this.#endAtGateway();
    this.dispatchEvent(new Event('identified'));
    await this.#media.takeAnswer(session.answer?.sdp);
    this.#changed();
  }

  // ---- incoming --------------------------------------------------------------------------------------------------

  /** Takes the invitation and lets the network know that it rings here. The answer goes along, so that media is ready early. */
  ring(invitation) {
    this.#ringing = this.#ring(invitation);
    return this.#ringing;
  }

  async #ring(invitation) {
    this.id = invitation.mediaSessionId;
    this.#sequence = invitation.sequenceNumber ?? 0;
    const sdp = await this.#media.answer(invitation.offer.sdp, this.camera);
    if (this.#over) return;
    await this.#api.setStatus(this.id, { status: 'Ringing', answer: { sdp } }, this.#group);
    if (!this.#over && this.phase === 'incoming') this.#setStatus('Ringing');
  }

  async answer() {
    await this.#whileBusy(async () => {
      // A person can be quicker than the word that it rings, which would come too late then and be refused.
      await Promise.allSettled([this.#ringing]);
      if (this.#over) return;
      await this.#media.openDevices(this.camera && this.#media.hasVideo);
      if (this.#over) return;
      await this.#media.send();
      this.camera = this.#media.picture !== null;
      await this.#api.setStatus(this.id, { status: 'Connected', answer: { sdp: this.#media.localDescription } }, this.#group);
      this.#connected();
    });
  }

  // ---- during a call ---------------------------------------------------------------------------------------------

  setMuted(muted) {
    this.muted = muted;
    this.#media.setMuted(muted);
    this.#note(muted ? 'Muted' : 'Unmuted');
    this.#changed();
  }

  /** Shows or hides the person. The first time in a call without video, the other side is asked for it, and may refuse. */
  async setCamera(on) {
    await this.#whileBusy(async () => {
      if (on && !this.#media.picture) {
        const sdp = await this.#media.offerPicture();
        if (!sdp) return;
        this.camera = true;
        const session = await this.#api.setStatus(this.id, { status: 'Connected', offer: { sdp } }, this.#group);
        await this.#media.takePictureAnswer(session.answer.sdp);
      }
      this.#media.setPictureShown(on);
      this.camera = on;
      this.#note(on ? 'Camera on' : 'Camera off');
    });
  }

  /** Takes the other side's video or declines it. The own camera stays off until it is switched on. */
  async decideVideo(accept) {
    const sdp = this.#wanted;
    if (!sdp) return;
    this.#wanted = null;
    await this.#whileBusy(async () => {
      await this.#media.answerPicture(sdp, accept, answer =>
        this.#api.setStatus(this.id, { status: 'Connected', answer: { sdp: answer } }, this.#group));
      this.#note(accept ? 'Video taken' : 'Video declined');
    });
  }

  async setHold(hold) {
    await this.#whileBusy(async () => {
      await this.#api.setStatus(this.id, { status: hold ? 'Hold' : 'Resume' }, this.#group);
      this.localHold = hold;
    });
  }

  /** Rings the SIM phone; events tell how it goes. Called again while it rings, it stops that. */
  async handOver() {
    await this.#whileBusy(async () => {
      if (this.handingOver) await this.#api.cancelHandOver(this.id, this.#group);
      else await this.#api.handOver(this.id, this.#group);
      this.handingOver = !this.handingOver;
    });
  }

  sendDtmf(digit) {
    if (!this.#media.press(digit)) return false;
    this.dtmfSent += digit;
    this.#note(`Key ${digit}`);
    this.#changed();
    return true;
  }

  /** Cancels, declines or hangs up, whichever fits: the page is free at once, the gateway is told. */
  async end() {
    if (this.#over) return;
    const byMe = this.phase === 'connected' ? 'hung-up' : this.direction === 'incoming' ? 'declined' : 'cancelled';
    this.#finish({ status: 'Terminated', byMe });
    await this.#endAtGateway();
    await this.#learnQuality();
  }

  /** Ends the page's side only: the gateway has no such call (any more), or never had. */
  abandon(status, reason = null) {
    this.#finish({ status, ending: { class: 'Client', reason } });
  }

  async #endAtGateway() {
    if (!this.id) return;
    try {
      await this.#api.endCall(this.id, this.#group);
    } catch (error) {
      if (error.status !== 404 && error.status !== 409) throw error;
    }
  }

  /** Asks the gateway how the call stands, after events may have been missed. */
  async catchUp() {
    if (!this.id || this.#over) return;
    try {
      const session = await this.#api.getCall(this.id, this.#group);
      await this.#apply({ status: session.status, offer: session.offer, answer: session.answer });
    } catch (error) {
      if (error.status !== 404) throw error;
      this.abandon('Terminated', 'ended-unseen');
    }
  }

  /** How a call that was answered sounded: the gateway tells once it has ended. */
  async #learnQuality() {
    if (!this.id || this.connectedAt === null) return;
    try {
      this.quality = (await this.#api.getCall(this.id, this.#group)).quality ?? null;
      this.#changed();
    } catch (error) {
      if (error.status !== 404) throw error;
    }
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  async onStatus(data) {
    // While the SIM phone rings, the next word on the call says what became of that.
    if (this.handingOver && data.reason) this.handingOver = false;
    if (data.sequenceNumber !== undefined) {
      if (data.sequenceNumber <= this.#sequence) return;
      this.#sequence = data.sequenceNumber;
    }
    await this.#apply(data);
  }

  async #apply(data) {
    if (this.#over) return;
    if (endStatuses.has(data.status)) {
      this.#finish({ status: data.status, reason: data.reason, ending: data.ending });
      await this.#learnQuality();
      return;
    }
    // An offer without answer is the gateway's, and waits for ours; whatever is told after it says that it does not any more.
    const offered = this.phase === 'connected' && data.offer && !data.answer ? data.offer.sdp : null;
    const elsewhere = offered && this.#media.isElsewhere(offered);
    const fitting = offered && !elsewhere && !this.#media.lacksPicture;
    this.#wanted = elsewhere || fitting ? null : offered;
    if (this.direction === 'outgoing') await this.#media.takeAnswer(data.answer?.sdp);
    if (data.status === 'Connected') this.#connected();
    else if (data.status === 'Hold') this.remoteHold = true;
    else if (data.status === 'Resume') this.remoteHold = false;
    else if (data.status === 'InProgress') this.earlyMedia = true;
    this.#setStatus(data.status);
    if (elsewhere) await this.#follow(offered);
    if (fitting) await this.#fit(offered);
  }

  /** The other side takes another encoding of the video than the gateway gave us. That is nobody's decision. */
  #fit(offer) {
    return this.#media.fitPicture(offer, sdp => this.#api.setStatus(this.id, { status: 'Connected', answer: { sdp } }, this.#group));
  }

  /** The gateway carries the call elsewhere. */
  async #follow(offer) {
    this.#browser('Following to another node');
    const sdp = await this.#media.follow(offer);
    if (this.#over) return;
    await this.#api.setStatus(this.id, { status: 'Connected', answer: { sdp } }, this.#group);
  }

  #connected() {
    if (this.phase === 'connected') return;
    this.phase = 'connected';
    this.connectedAt = performance.now();
    this.#media.measureSent();
    this.#setStatus('Connected');
  }

  async statistics() {
    return this.phase === 'connected' ? this.#media.statistics() : null;
  }

  // ---- small parts -----------------------------------------------------------------------------------------------

  get #over() {
    return this.phase === 'ended';
  }

  async #whileBusy(work) {
    this.busy = true;
    this.#changed();
    try {
      await work();
    } finally {
      this.busy = false;
      this.#changed();
    }
  }

  #setStatus(status) {
    this.status = status;
    this.#changed();
  }

  #finish(ending) {
    if (this.#over) return;
    this.lasted = this.connectedAt === null ? null : performance.now() - this.connectedAt;
    this.phase = 'ended';
    this.status = ending.status;
    this.ending = ending;
    this.#media.close();
    this.#changed();
    this.dispatchEvent(new Event('ended'));
  }

  #note(title) {
    this.#timeline.add({ kind: 'you', title }, this.#group);
  }

  #browser(title, bad) {
    if (!this.#over) this.#timeline.add({ kind: 'browser', title, bad }, this.#group);
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** Who is at the other end of an event's call. */
export const peerOf = data => ({ number: numberOf(data.originatorAddress), name: data.originatorName ?? null });
