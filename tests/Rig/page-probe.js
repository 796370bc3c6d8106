// Runs before the page's own scripts: keeps what a test must know of its calls, and leaves the page itself alone.
(() => {
  const probe = { connections: [], tracks: 0, sampleRate: 48000, heard: [], heardLength: 0, audibleSince: null };
  window.byonProbe = probe;
  const audible = 1000;

  // Noise suppression takes a steady tone for noise, gain control changes its level: the microphone must arrive as it is.
  const media = navigator.mediaDevices;
  const getUserMedia = media.getUserMedia.bind(media);
  media.getUserMedia = constraints => {
    if (!constraints.audio) return getUserMedia(constraints);
    const audio = typeof constraints.audio === 'object' ? constraints.audio : {};
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    return getUserMedia({ ...constraints, audio: { ...audio, ...plain } });
  };

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      probe.connections.push(this);
      this.addEventListener('track', event => listen(event.track));
    }
  };

  async function listen(track) {
    if (track.kind !== 'audio') return;
    probe.tracks++;
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    for (let frame = await reader.read(); !frame.done; frame = await reader.read()) keep(frame.value);
  }

  function keep(data) {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    probe.sampleRate = data.sampleRate;
    data.close();
    const pcm = Int16Array.from(samples, sample => Math.max(-32768, Math.min(32767, sample * 32767)));
    if (probe.audibleSince === null && pcm.some(sample => Math.abs(sample) > audible)) probe.audibleSince = performance.timeOrigin + performance.now();
    probe.heard.push(pcm);
    probe.heardLength += pcm.length;
  }

  // Samples from a place on, as base64 of 16 bit little-endian PCM.
  probe.heardFrom = wanted => {
    const from = Math.min(wanted, probe.heardLength);
    const bytes = [];
    let place = 0;
    for (const block of probe.heard) {
      const end = place + block.length;
      if (end > from) {
        const part = block.subarray(Math.max(0, from - place));
        bytes.push(String.fromCharCode(...new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
      }
      place = end;
    }
    return { pcm: btoa(bytes.join('')), sampleRate: probe.sampleRate, from };
  };
})();
