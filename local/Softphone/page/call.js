// One call of this browser: the REST calls it makes, the events it gets, and its RTCPeerConnection.
import { LevelMeter, openMicrophone } from './audio.js';
import { openCamera } from './camera.js';
import { endStatuses, numberOf } from './words.js';

const gatheringCap = 1000;

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
  sentMeter = null;
  heardMeter = null;
  #api;
  #group;
  #timeline;
  #peer;
  #microphone;
  #picture = null;
  #remote = new MediaStream();
  #sequence = 0;
  #answered = false;
  #timers = [];
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
    return this.#remote;
  }

  /** What the own camera sees; null while it is off. */
  get picture() {
    return this.camera ? this.#picture : null;
  }

  /** The other side is being seen. */
  get seesOther() {
    return this.#remote.getVideoTracks().some(track => !track.muted && track.readyState === 'live');
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
    return { sent: this.held ? 0 : this.sentMeter?.level ?? 0, heard: this.heardMeter?.level ?? 0 };
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
    this.#microphone = await openMicrophone();
    if (this.camera) this.#picture = await openCamera();
    if (this.#over) return this.#release();
    this.#openPeer();
    this.#peer.addTrack(this.#microphone.getAudioTracks()[0], this.#microphone);
    if (this.camera) this.#show();
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    const offer = { sdp: await this.#gathered() };
    if (this.#over) return;
    const session = await place(offer);
    this.id = session.mediaSessionId;
    if (this.#over) return this.#endAtGateway();
    this.dispatchEvent(new Event('identified'));
    await this.#takeAnswer(session.answer?.sdp);
    this.#changed();
  }

  // ---- incoming --------------------------------------------------------------------------------------------------

  /** Takes the invitation and lets the network know that it rings here. The answer goes along, so that media is ready early. */
  async ring(invitation) {
    this.id = invitation.mediaSessionId;
    this.#sequence = invitation.sequenceNumber ?? 0;
    this.#openPeer();
    await this.#peer.setRemoteDescription({ type: 'offer', sdp: invitation.offer.sdp });
    this.#transceiver('audio').direction = 'sendrecv';
    const video = this.#transceiver('video');
    if (video) video.direction = this.camera ? 'sendrecv' : 'recvonly';
    else this.camera = false;
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    this.#watchDtls();
    const sdp = await this.#gathered();
    if (this.#over) return;
    await this.#api.setStatus(this.id, { status: 'Ringing', answer: { sdp } }, this.#group);
    if (!this.#over && this.phase === 'incoming') this.#setStatus('Ringing');
  }

  async answer() {
    await this.#whileBusy(async () => {
      this.#microphone = await openMicrophone();
      if (this.#over) return this.#release();
      await this.#transceiver('audio').sender.replaceTrack(this.#microphone.getAudioTracks()[0]);
      if (this.camera) this.#picture = await openCamera();
      if (this.#picture) await this.#transceiver('video').sender.replaceTrack(this.#picture.getVideoTracks()[0]);
      this.camera = this.#picture !== null;
      await this.#api.setStatus(this.id, { status: 'Connected', answer: { sdp: this.#peer.localDescription.sdp } }, this.#group);
      this.#connected();
    });
  }

  // ---- during a call ---------------------------------------------------------------------------------------------

  setMuted(muted) {
    this.muted = muted;
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !muted;
    this.#note(muted ? 'Muted' : 'Unmuted');
    this.#changed();
  }

  /** Shows or hides the person. The first time in a call without video, the other side is asked for it, and may refuse. */
  async setCamera(on) {
    await this.#whileBusy(async () => {
      if (on && !this.#picture) {
        this.#picture = await openCamera();
        if (!this.#picture || this.#over) return;
        this.#show();
        await this.#peer.setLocalDescription(await this.#peer.createOffer());
        const session = await this.#api.setStatus(this.id, { status: 'Connected', offer: { sdp: this.#peer.localDescription.sdp } }, this.#group);
        await this.#peer.setRemoteDescription({ type: 'answer', sdp: session.answer.sdp });
      }
      for (const track of this.#picture?.getVideoTracks() ?? []) track.enabled = on;
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
      const peer = this.#peer;
      await peer.setRemoteDescription({ type: 'offer', sdp });
      try {
        peer.getTransceivers().findLast(each => each.receiver.track.kind === 'video').direction = accept ? 'recvonly' : 'inactive';
        const answer = await peer.createAnswer();
        await this.#api.setStatus(this.id, { status: 'Connected', answer: { sdp: answer.sdp } }, this.#group);
        await peer.setLocalDescription(answer);
      } catch (error) {
        if (peer.signalingState === 'have-remote-offer') await peer.setRemoteDescription({ type: 'rollback' });
        throw error;
      }
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
    const sender = this.#peer?.getSenders().find(each => each.dtmf)?.dtmf;
    if (!sender?.canInsertDTMF) return false;
    sender.insertDTMF(sender.toneBuffer + digit, 120, 70);
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
    const elsewhere = offered && fragmentOf(offered) !== fragmentOf(this.#peer?.currentRemoteDescription?.sdp);
    this.#wanted = elsewhere ? null : offered;
    if (this.direction === 'outgoing') await this.#takeAnswer(data.answer?.sdp);
    if (data.status === 'Connected') this.#connected();
    else if (data.status === 'Hold') this.remoteHold = true;
    else if (data.status === 'Resume') this.remoteHold = false;
    else if (data.status === 'InProgress') this.earlyMedia = true;
    this.#setStatus(data.status);
    if (elsewhere) await this.#follow(offered);
  }

  /** The gateway carries the call elsewhere: its offer, with other ICE credentials, restarts ICE and DTLS. Candidates are not needed, since it only answers checks. */
  async #follow(sdp) {
    this.#browser('Following to another node');
    await this.#peer.setRemoteDescription({ type: 'offer', sdp });
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    if (this.#over) return;
    await this.#api.setStatus(this.id, { status: 'Connected', answer: { sdp: this.#peer.localDescription.sdp } }, this.#group);
  }

  #connected() {
    if (this.phase === 'connected') return;
    this.phase = 'connected';
    this.connectedAt = performance.now();
    this.#measure('sentMeter', this.#microphone);
    this.#setStatus('Connected');
  }

  // ---- media -----------------------------------------------------------------------------------------------------

  #openPeer() {
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.#peer = peer;
    peer.ontrack = ({ track }) => {
      this.#remote.addTrack(track);
      if (track.kind === 'audio') this.#measure('heardMeter', this.#remote);
      track.onmute = track.onunmute = () => this.#changed();
      this.dispatchEvent(new Event('media'));
    };
    peer.oniceconnectionstatechange = () => this.#browser(`ICE ${peer.iceConnectionState}`, peer.iceConnectionState === 'failed');
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === 'failed') this.#browser('Connection failed', true);
    };
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState === 'complete') this.#browser('Candidates gathered');
    };
  }

  /** Puts the camera, or without one only the wish to see, into what is offered next. */
  #show() {
    const track = this.#picture?.getVideoTracks()[0];
    if (track) this.#peer.addTrack(track, this.#picture);
    else this.#peer.addTransceiver('video', { direction: 'recvonly' });
    this.camera = Boolean(track);
  }

  #transceiver(kind) {
    return this.#peer.getTransceivers().find(each => each.receiver.track.kind === kind);
  }

  async #takeAnswer(sdp) {
    if (!sdp || this.#answered || this.#over) return;
    this.#answered = true;
    await this.#peer.setRemoteDescription({ type: 'answer', sdp });
    this.#watchDtls();
  }

  #watchDtls() {
    const transport = this.#peer.getSenders()[0]?.transport;
    if (!transport) return;
    transport.onstatechange = () => this.#browser(`DTLS ${transport.state}`, transport.state === 'failed');
  }

  /** The local description once its candidates are complete, or after a short while with what there is. */
  #gathered() {
    const peer = this.#peer;
    return new Promise(resolve => {
      const done = () => resolve(peer.localDescription.sdp);
      if (peer.iceGatheringState === 'complete') return done();
      peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && done());
      this.#timers.push(setTimeout(done, gatheringCap));
      return undefined;
    });
  }

  #measure(meter, stream) {
    if (stream && !this[meter]) this[meter] = new LevelMeter(stream);
  }

  /** Figures for people: codec, loss, jitter, round trip; null while there are none. */
  async statistics() {
    if (!this.#peer || this.phase !== 'connected') return null;
    const report = [...(await this.#peer.getStats()).values()];
    const inbound = report.find(each => each.type === 'inbound-rtp' && each.kind === 'audio');
    if (!inbound) return null;
    const video = report.find(each => each.type === 'inbound-rtp' && each.kind === 'video');
    const codec = report.find(each => each.id === inbound.codecId);
    const pair = report.find(each => each.type === 'candidate-pair' && each.nominated);
    const received = inbound.packetsReceived + inbound.packetsLost;
    return {
      codec: codec?.mimeType.replace('audio/', '') ?? '?',
      lost: received ? Math.max(0, inbound.packetsLost) / received : 0,
      jitter: (inbound.jitter ?? 0) * 1000,
      roundTrip: pair?.currentRoundTripTime === undefined ? null : pair.currentRoundTripTime * 1000,
      packetsReceived: inbound.packetsReceived,
      framesDecoded: video?.framesDecoded ?? 0,
    };
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
    this.#release();
    this.#changed();
    this.dispatchEvent(new Event('ended'));
  }

  #release() {
    this.#timers.forEach(clearTimeout);
    this.sentMeter?.close();
    this.heardMeter?.close();
    this.sentMeter = this.heardMeter = null;
    this.#peer?.close();
    this.#microphone?.getTracks().forEach(track => track.stop());
    this.#picture?.getTracks().forEach(track => track.stop());
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

/** What names the gateway's end of ICE: it changes when the call goes on at another node. */
const fragmentOf = sdp => /^a=ice-ufrag:(\S+)/m.exec(sdp ?? '')?.[1];

/** Who is at the other end of an event's call. */
export const peerOf = data => ({ number: numberOf(data.originatorAddress), name: data.originatorName ?? null });
