using System.Globalization;
using System.Net;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Where RTCP of a section goes when it is not on the port of RTP.</summary>
internal static class RtcpAddress
{
    /// <summary>a=rtcp:port [IN IP4 address] (RFC 3605 §2.1); anything else means the next port.</summary>
    public static IPEndPoint Of(MediaDescription media, IPEndPoint rtp)
    {
        var fields = media.Value("rtcp")?.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (fields.Length == 0 || !ushort.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            return new IPEndPoint(rtp.Address, rtp.Port + 1);
        return new IPEndPoint(fields.Length == 2 ? SdpAddress.Parse(fields[1]) ?? rtp.Address : rtp.Address, port);
    }
}
