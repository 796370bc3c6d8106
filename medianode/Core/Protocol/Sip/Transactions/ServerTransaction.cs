using System.Net;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>A server transaction: made with the request that opened it.</summary>
internal abstract class ServerTransaction(SipRequest request, SipFlow source, SipTimers timers)
    : SipTransaction(KeyOf(request), ResponseFlow(request, source), timers)
{
    public SipRequest Request { get; } = request;

    /// <summary>
    /// What two requests outside dialogs share when one was split on its way (§8.2.2.2). The Request-URI belongs to it, because
    /// each contact of ours is a user agent of its own.
    /// </summary>
    public string MergeKey { get; } = $"{request.CallId}|{request.From.Tag}|{request.CSeq}|{request.Uri.Text}";

    /// <summary>§17.2.3: branch, sent-by and method, where an ACK belongs to its INVITE.</summary>
    public static string KeyOf(SipRequest request) =>
        KeyOf(request, request.Method == SipMethods.Ack ? SipMethods.Invite : request.Method);

    public static string KeyOf(SipRequest request, string method)
    {
        var via = request.TopVia;
        return $"{via.Branch!.ToLowerInvariant()}|{via.SentBy}|{method}";
    }

    /// <summary>
    /// Where responses go: the connection of the request, or over UDP what §18.2.2 and RFC 3581 §4 make of the top Via: the
    /// source address, and its port where rport was asked for, else the port of sent-by. maddr is not followed: it would let
    /// a peer aim our responses at others.
    /// </summary>
    public static SipFlow ResponseFlow(SipRequest request, SipFlow source)
    {
        var via = request.TopVia;
        if (source.Transport != SipTransport.Udp || via.Parameters.Has("rport")) return source;
        return source with { Remote = new IPEndPoint(source.Remote.Address, via.Port != 0 ? via.Port : 5060) };
    }

    /// <summary>The same request again, or the ACK of a final response.</summary>
    public abstract void Receive(Instant now, SipRequest request);

    public abstract void Send(Instant now, SipResponse response);
}
