namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>AMR or AMR-WB as a stream of RTP payloads, in the framing and the modes that the peer takes.</summary>
public sealed class AmrEncoder(AudioCodec codec, AmrParameters peer, IAmrFrameEncoder encoder) : IAudioEncoder
{
    /// <summary>Of so many packets in a hundred it is heard.</summary>
    private const int HeardLoss = 3;

    private readonly AmrModeSelector _modes = new(codec, peer);
    private readonly byte[] _frames = new byte[AmrFrames.MaximumPerPacket * AmrFrames.MaximumSize];
    private readonly byte[] _last = new byte[AmrFrames.MaximumSize];
    private int _lastLength;
    private bool _repeats;
    private int _request = AmrFrames.NoRequest;
    private readonly int _samplesPerFrame = AmrFrames.SamplesPerFrame(codec);

    public int SampleRate => _samplesPerFrame * 50;

    public bool IsSilent { get; private set; }

    public int Repeated { get; private set; }

    /// <summary>Two frames of half the bits, so that what fills a link is not made worse; only towards peers that say they know it.</summary>
    public void ExpectLoss(int percentage, bool takesTwo)
    {
        _repeats = percentage >= HeardLoss && takesTwo && peer.KnowsRedundancy;
        _modes.Limit(!_repeats ? null : codec == AudioCodec.AmrWb ? 1 : 3);
    }

    public void AskForLess(int steps) => _request = steps == 0 ? AmrFrames.NoRequest : _modes.Below(steps);

    public void Request(int? mode) => _modes.Request(mode);

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        var (used, hasData, speaks) = (0, false, false);
        Repeated = 0;
        if (_repeats && _lastLength > 0 && samples.Length == _samplesPerFrame)
        {
            _last.AsSpan(0, _lastLength).CopyTo(_frames);
            (used, Repeated) = (_lastLength, _samplesPerFrame);
        }

        for (; samples.Length >= _samplesPerFrame && used + AmrFrames.MaximumSize <= _frames.Length; samples = samples[_samplesPerFrame..])
        {
            var length = encoder.Encode(_modes.Next(), samples[.._samplesPerFrame], _frames.AsSpan(used));
            var type = AmrFrames.Type(_frames[used]);
            hasData |= type < AmrFrames.SpeechLost;
            speaks |= !AmrFrames.IsSilence(codec, type);
            Keep(_frames.AsSpan(used, length));
            used += length;
        }

        // A packet without any data need not be sent (RFC 4867 §4.1).
        IsSilent = !speaks;
        if (!hasData) Repeated = 0;
        return hasData ? AmrPayloadWriter.Write(codec, peer.OctetAligned, _request, _frames.AsSpan(0, used), payload) : 0;
    }

    public void Dispose() => encoder.Dispose();

    /// <summary>Speech only: descriptors of silence are repeated by themselves.</summary>
    private void Keep(ReadOnlySpan<byte> frame)
    {
        _lastLength = AmrFrames.IsSilence(codec, AmrFrames.Type(frame[0])) ? 0 : frame.Length;
        if (_lastLength > 0) frame.CopyTo(_last);
    }
}
