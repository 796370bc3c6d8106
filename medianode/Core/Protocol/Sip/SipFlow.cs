using System.Net;
using System.Text.Json.Serialization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip;

public enum SipTransport
{
    Udp,
    Tcp,
    Tls,
}

/// <summary>
/// Where a message came from or goes to. Over TCP and TLS the shell keeps one connection per remote end point, opens it on the
/// first transmit and answers on the connection a request came from.
/// </summary>
[JsonConverter(typeof(SipFlowJsonConverter))]
public readonly record struct SipFlow(SipTransport Transport, IPEndPoint Remote);

/// <summary>One complete SIP message to send on a flow.</summary>
public readonly record struct SipTransmit(SipFlow Flow, ReadOnlyMemory<byte> Message);
