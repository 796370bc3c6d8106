namespace Byon.MediaNode.Core.Media;

public enum AudioCodec
{
    Opus,
    AmrWb,
    G722,
    Amr,
    Pcma,
    Pcmu,
    L16,
}

/// <summary>One negotiated audio format: what an rtpmap and its fmtp say (RFC 8866 §6.6, §6.15).</summary>
/// <param name="ClockRate">RTP clock in Hz (48,000 for Opus whatever it carries, RFC 7587 §4.1).</param>
public sealed record AudioFormat(AudioCodec Codec, byte PayloadType, int ClockRate, string? Parameters = null);

/// <summary>telephone-event as negotiated (RFC 4733 §2.4.1): its clock is the audio's clock.</summary>
public sealed record TelephoneEventFormat(byte PayloadType, int ClockRate);

/// <summary>Direction of a media description as seen from this node (RFC 8866 §6.7).</summary>
[Flags]
public enum MediaDirection
{
    Inactive = 0,
    SendOnly = 1,
    ReceiveOnly = 2,
    SendReceive = SendOnly | ReceiveOnly,
}

/// <summary>One audio stream after offer and answer.</summary>
/// <param name="Send">What this node sends with: the first format the peer takes.</param>
/// <param name="Receive">Every format the peer may send; any of them can arrive at any time.</param>
/// <param name="TelephoneEvent">What key presses are sent with; null where the peer takes none.</param>
/// <param name="PacketTime">Duration of audio in each packet we send.</param>
public sealed record AudioStream(
    AudioFormat Send, IReadOnlyList<AudioFormat> Receive, TelephoneEventFormat? TelephoneEvent, TimeSpan PacketTime,
    MediaDirection Direction)
{
    /// <summary>Every format key presses may arrive in: a peer is free among those negotiated (Chromium takes 8000 Hz beside Opus).</summary>
    public IReadOnlyList<TelephoneEventFormat> ReceiveEvents { get => field ?? (TelephoneEvent is { } only ? [only] : []); init; }

    /// <summary>Every format the peer takes, in its order; <see cref="Send"/> is the first of them until the other leg's codec is known.</summary>
    public IReadOnlyList<AudioFormat> Sendable { get => field ?? [Send]; init; }

    /// <summary>Most audio that the peer takes in one packet, repeated frames included (a=maxptime).</summary>
    public TimeSpan LongestPacketTime { get; init; } = TimeSpan.FromMilliseconds(240);

    /// <summary>The peer wants voice metrics in extended reports (RFC 3611 §5.1).</summary>
    public bool VoiceMetrics { get; init; }

    /// <summary>Payload type of comfort noise (RFC 3389) at 8,000 Hz, for G.711 and G.722; null where it is not negotiated.</summary>
    public byte? ComfortNoise { get; init; }
}
