using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>What a session has sent, sorted by who gets it: to the browser as it reads it, to the phone as it is on the wire.</summary>
internal sealed class SentMedia(VirtualBrowser browser, IPEndPoint phoneRtp, IPEndPoint phoneRtcp)
{
    public static readonly MediaSockets Sockets = new(1, 2, 3);

    public List<byte[]> ToBrowser { get; } = [];

    public List<byte[]> ToBrowserRtcp { get; } = [];

    public List<byte[]> ToPhone { get; } = [];

    /// <summary>On a port of its own or, where that was negotiated, on that of RTP.</summary>
    public List<byte[]> ToPhoneRtcp { get; } = [];

    /// <summary>Empties the queue.</summary>
    public void Take(MediaTransmitQueue queue)
    {
        for (var i = 0; i < queue.Count; i++)
        {
            var transmit = queue[i];
            var bytes = queue.Memory.AsSpan(transmit.Offset, transmit.Length);
            if (transmit.Socket == Sockets.WebRtc) TakeBrowsers(transmit.Remote, bytes);
            else TakePhones(transmit.Socket == Sockets.ImsRtcp, transmit.Remote, bytes);
        }

        queue.Clear();
    }

    private void TakeBrowsers(IPEndPoint remote, Span<byte> bytes)
    {
        var kind = Datagram.Classify(bytes);
        if (kind is not (DatagramKind.Rtp or DatagramKind.Rtcp)) return;
        Assert.Equal(VirtualBrowser.Address, remote);
        (kind == DatagramKind.Rtp ? ToBrowser : ToBrowserRtcp).Add(browser.Unprotect(bytes, kind == DatagramKind.Rtcp));
    }

    private void TakePhones(bool isRtcpPort, IPEndPoint remote, Span<byte> bytes)
    {
        Assert.Equal(isRtcpPort ? phoneRtcp : phoneRtp, remote);
        (isRtcpPort || bytes[1] is >= 192 and <= 223 ? ToPhoneRtcp : ToPhone).Add(bytes.ToArray());
    }
}
