namespace Byon.MediaNode.Core.Protocol;

public enum DatagramKind
{
    Unknown,
    Stun,
    Dtls,
    Rtp,
    Rtcp,
}

/// <summary>What arrives at one WebRTC port, told apart by its first bytes.</summary>
public static class Datagram
{
    /// <summary>RFC 7983 §7 by the first byte; RTP from RTCP by the second (RFC 5761 §4). ZRTP and TURN channels are unknown here.</summary>
    public static DatagramKind Classify(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < 2) return DatagramKind.Unknown;
        return datagram[0] switch
        {
            <= 3 => DatagramKind.Stun,
            >= 20 and <= 63 => DatagramKind.Dtls,
            >= 128 and <= 191 => datagram[1] is >= 192 and <= 223 ? DatagramKind.Rtcp : DatagramKind.Rtp,
            _ => DatagramKind.Unknown,
        };
    }
}
