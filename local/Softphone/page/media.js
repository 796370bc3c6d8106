// The media of one call: its RTCPeerConnection with the microphone, the camera and how loud each direction is. Descriptions
// come and go as text: who carries them is the call's business.
import { LevelMeter, openMicrophone } from './audio.js';
import { openCamera } from './camera.js';

const gatheringCap = 1000;

export class Media {
  /** What comes from the other side. */
  remote = new MediaStream();
  /** What the own camera sees, whether or not it is shown; null before it was opened, and without one. */
  picture = null;
  #tell;
  #peer = null;
  #microphone = null;
  #sentMeter = null;
  #heardMeter = null;
  #gathering = null;
  #isAnswered = false;
  #isClosed = false;

  /** @param tell { change(), arrived(): a track of the other side, step(title, bad): what the browser does } */
  constructor(tell) {
    this.#tell = tell;
  }

  /** The other side is being seen. */
  get seesOther() {
    return this.remote.getVideoTracks().some(track => !track.muted && track.readyState === 'live');
  }

  get hasVideo() {
    return this.#transceiver('video') !== undefined;
  }

  get localDescription() {
    return this.#peer.localDescription.sdp;
  }

  /** How loud each direction is, 0 to 1. */
  get levels() {
    return { sent: this.#sentMeter?.level ?? 0, heard: this.#heardMeter?.level ?? 0 };
  }

  // ---- beginning -------------------------------------------------------------------------------------------------

  async openDevices(camera) {
    this.#microphone = await openMicrophone();
    if (camera && !this.#isClosed) this.picture = await openCamera();
    if (this.#isClosed) this.close();
  }

  /** The first offer, with all candidates. */
  async offer(video) {
    this.#open();
    this.#peer.addTrack(this.#microphone.getAudioTracks()[0], this.#microphone);
    if (video) this.#show();
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.#gathered();
  }

  /** The answer to the first offer, and only that. */
  async takeAnswer(sdp) {
    if (!sdp || this.#isAnswered || this.#isClosed) return;
    this.#isAnswered = true;
    await this.#peer.setRemoteDescription({ type: 'answer', sdp });
    this.#watchDtls();
  }

  /** Answers the other side's first offer before the devices are open, so that media is ready early. */
  async answer(sdp, camera) {
    this.#open();
    await this.#peer.setRemoteDescription({ type: 'offer', sdp });
    this.#transceiver('audio').direction = 'sendrecv';
    if (this.hasVideo) this.#transceiver('video').direction = camera ? 'sendrecv' : 'recvonly';
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    this.#watchDtls();
    return this.#gathered();
  }

  /** Sends what the devices take, in a call that was answered without them. */
  async send() {
    await this.#transceiver('audio').sender.replaceTrack(this.#microphone.getAudioTracks()[0]);
    if (this.picture) await this.#transceiver('video').sender.replaceTrack(this.picture.getVideoTracks()[0]);
  }

  // ---- during a call ---------------------------------------------------------------------------------------------

  measureSent() {
    this.#sentMeter ??= this.#microphone && new LevelMeter(this.#microphone);
  }

  setMuted(muted) {
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  setPictureShown(shown) {
    for (const track of this.picture?.getVideoTracks() ?? []) track.enabled = shown;
  }

  /** Opens the camera in a call that goes on without. An offer with the picture; null without a camera. */
  async offerPicture() {
    this.picture = await openCamera();
    if (this.#isClosed) this.close();
    if (!this.picture || this.#isClosed) return null;
    this.#show();
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.localDescription;
  }

  takePictureAnswer(sdp) {
    return this.#peer.setRemoteDescription({ type: 'answer', sdp });
  }

  /** An offer of the gateway would bring video into a call that has none. */
  get lacksPicture() {
    return [undefined, null, 'inactive', 'stopped'].includes(this.#line('video')?.currentDirection);
  }

  /** Answers an offer of video. */
  answerPicture(sdp, accept, say) {
    return this.#answerAgain(sdp, () => { this.#line('video').direction = accept ? 'recvonly' : 'inactive'; }, say);
  }

  /** Answers an offer that changes the encoding of the video there is. */
  fitPicture(sdp, say) {
    return this.#answerAgain(sdp, () => {}, say);
  }

  /** The answer holds once it could be told, else nothing has changed. */
  async #answerAgain(sdp, prepare, say) {
    const peer = this.#peer;
    await peer.setRemoteDescription({ type: 'offer', sdp });
    try {
      prepare();
      const answer = await peer.createAnswer();
      await say(answer.sdp);
      await peer.setLocalDescription(answer);
    } catch (error) {
      if (peer.signalingState === 'have-remote-offer') await peer.setRemoteDescription({ type: 'rollback' });
      throw error;
    }
  }

  /** An offer of the gateway from elsewhere has other ICE credentials than the one that holds. */
  isElsewhere(offer) {
    return fragmentOf(offer) !== fragmentOf(this.#peer?.currentRemoteDescription?.sdp);
  }

  /** Restarts ICE and DTLS. Candidates are not needed in the answer, since the gateway only answers checks. */
  async follow(offer) {
    await this.#peer.setRemoteDescription({ type: 'offer', sdp: offer });
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    return this.localDescription;
  }

  /** False where no key can be sent. */
  press(digit) {
    const sender = this.#peer?.getSenders().find(each => each.dtmf)?.dtmf;
    if (!sender?.canInsertDTMF) return false;
    sender.insertDTMF(sender.toneBuffer + digit, 120, 70);
    return true;
  }

  /** Figures for people: codec, loss, jitter, round trip; null while there are none. */
  async statistics() {
    if (!this.#peer) return null;
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

  /** May be called again: what was opened meanwhile is closed then. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#gathering);
    this.#sentMeter?.close();
    this.#heardMeter?.close();
    this.#sentMeter = this.#heardMeter = null;
    this.#peer?.close();
    this.#microphone?.getTracks().forEach(track => track.stop());
    this.picture?.getTracks().forEach(track => track.stop());
  }

  // ---- the connection --------------------------------------------------------------------------------------------

  #open() {
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.#peer = peer;
    peer.ontrack = ({ track }) => {
      this.remote.addTrack(track);
      if (track.kind === 'audio') this.#heardMeter ??= new LevelMeter(this.remote);
      track.onmute = track.onunmute = () => this.#tell.change();
      this.#tell.arrived();
    };
    peer.oniceconnectionstatechange = () => this.#tell.step(`ICE ${peer.iceConnectionState}`, peer.iceConnectionState === 'failed');
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === 'failed') this.#tell.step('Connection failed', true);
    };
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState === 'complete') this.#tell.step('Candidates gathered');
    };
  }

  /** Puts the camera, or without one only the wish to see, into what is offered next. */
  #show() {
    const track = this.picture?.getVideoTracks()[0];
    if (track) this.#peer.addTrack(track, this.picture);
    else this.#peer.addTransceiver('video', { direction: 'recvonly' });
  }

  #transceiver(kind) {
    return this.#peer.getTransceivers().find(each => each.receiver.track.kind === kind);
  }

  /** The newest one: a line that was refused comes back as another one. */
  #line(kind) {
    return this.#peer.getTransceivers().findLast(each => each.receiver.track.kind === kind);
  }

  #watchDtls() {
    const transport = this.#peer.getSenders()[0]?.transport;
    if (!transport) return;
    transport.onstatechange = () => this.#tell.step(`DTLS ${transport.state}`, transport.state === 'failed');
  }

  /** The local description once its candidates are complete, or after a short while with what there is. */
  #gathered() {
    const peer = this.#peer;
    return new Promise(resolve => {
      const done = () => resolve(peer.localDescription.sdp);
      if (peer.iceGatheringState === 'complete') return done();
      peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && done());
      this.#gathering = setTimeout(done, gatheringCap);
      return undefined;
    });
  }
}

/** What names the gateway's end of ICE: it changes when the call goes on at another node. */
const fragmentOf = sdp => /^a=ice-ufrag:(\S+)/m.exec(sdp ?? '')?.[1];
