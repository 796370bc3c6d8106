using System.Net;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>
/// Requests too long for a datagram go over TCP (RFC 3261 §18.1.1), to hops that take it: one that refuses gets datagrams again,
/// as the section allows.
/// </summary>
internal sealed class StreamUpgrade(bool isOn)
{
    /// <summary>§18.1.1, for a path MTU that is not known.</summary>
    public const int LongestDatagram = 1300;

    private const int MostRefusals = 64;

    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private readonly Dictionary<IPEndPoint, Instant> _refusedUntil = [];

    /// <param name="request">With its Via.</param>
    public bool Applies(Instant now, SipRequest request, SipFlow flow) =>
        isOn && flow.Transport == SipTransport.Udp && !(_refusedUntil.TryGetValue(flow.Remote, out var until) && until > now) &&
        SipWriter.Write(request).Length > LongestDatagram;

    public void Refused(Instant now, SipFlow flow)
    {
        if (_refusedUntil.Count == MostRefusals) _refusedUntil.Clear();
        _refusedUntil[flow.Remote] = now + Memory;
    }
}
