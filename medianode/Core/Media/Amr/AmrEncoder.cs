namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>AMR or AMR-WB as a stream of RTP payloads, in the framing and the modes that the peer takes.</summary>
public sealed class AmrEncoder(AudioCodec codec, AmrParameters peer, IAmrFrameEncoder encoder) : IAudioEncoder
{
    private readonly AmrModeSelector _modes = new(codec, peer);
    private readonly byte[] _frames = new byte[AmrFrames.MaximumPerPacket * AmrFrames.MaximumSize];
    private int _request = AmrFrames.NoRequest;
    private readonly int _samplesPerFrame = AmrFrames.SamplesPerFrame(codec);

    public int SampleRate => _samplesPerFrame * 50;

    public bool IsSilent { get; private set; }

    public void AskForLess(int steps) => _request = steps == 0 ? AmrFrames.NoRequest : _modes.Below(steps);

    public void Request(int? mode) => _modes.Request(mode);

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        var (used, hasData, speaks) = (0, false, false);
        for (; samples.Length >= _samplesPerFrame && used + AmrFrames.MaximumSize <= _frames.Length; samples = samples[_samplesPerFrame..])
        {
            var length = encoder.Encode(_modes.Next(), samples[.._samplesPerFrame], _frames.AsSpan(used));
            var type = AmrFrames.Type(_frames[used]);
            hasData |= type < AmrFrames.SpeechLost;
            speaks |= !AmrFrames.IsSilence(codec, type);
            used += length;
        }

        // A packet without any data need not be sent (RFC 4867 §4.1).
        IsSilent = !speaks;
        return hasData ? AmrPayloadWriter.Write(codec, peer.OctetAligned, _request, _frames.AsSpan(0, used), payload) : 0;
    }

    public void Dispose() => encoder.Dispose();
}
