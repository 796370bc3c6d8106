namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>Feedback between two reports, and sessions that belong together.</summary>
public sealed partial class RtcpSession
{
    /// <summary>Writes what a compound with feedback must begin with: a report without blocks and the canonical name (RFC 4585 §3.1). Returns its length.</summary>
    public int BeginFeedback(Span<byte> buffer)
    {
        var writer = new RtcpWriter(buffer);
        writer.WriteReceiverReport(Ssrc, []);
        writer.WriteCanonicalName(Ssrc, _canonicalName);
        return writer.Length;
    }

    /// <summary>Two streams of one sender share its canonical name.</summary>
    public void TakeNameOf(RtcpSession other) => _canonicalName = other._canonicalName;
}
