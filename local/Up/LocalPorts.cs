namespace Byon.Local.Up;

/// <summary>Every port of the local stack, all on 127.0.0.1. The defaults are those of <c>./byon up</c>.</summary>
/// <param name="Control">Control API of node n is this plus n; so for <paramref name="Sip"/> and <paramref name="WebRtc"/>.</param>
/// <param name="Rtp">First RTP port towards the IMS; node n has the thousand from this plus 1000 (n - 1).</param>
public sealed record LocalPorts(
    int Page = 8080, int Identity = 8081, int WebPubSub = 8082, int Functions = 7071, int Ims = 5060,
    int Blob = 10000, int Queue = 10001, int Table = 10002, int Control = 8090, int Sip = 5080, int WebRtc = 20000, int Rtp = 21000)
{
    public const int RtpPortsPerNode = 1000;

    /// <summary>The ports that a stack of so many nodes binds, with the option that changes each.</summary>
    public IEnumerable<PortUse> Uses(int nodes, bool withSimulator)
    {
        yield return new PortUse(Page, "softphone page", "--port-page", Tcp: true, Udp: false);
        yield return new PortUse(Functions, "REST API", "--port-functions", Tcp: true, Udp: false);
        yield return new PortUse(Identity, "identity provider", "--port-identity", Tcp: true, Udp: false);
        yield return new PortUse(WebPubSub, "Web PubSub double", "--port-webpubsub", Tcp: true, Udp: false);
        yield return new PortUse(Blob, "Azurite, blobs", "--port-blob", Tcp: true, Udp: false);
        yield return new PortUse(Queue, "Azurite, queues", "--port-queue", Tcp: true, Udp: false);
        yield return new PortUse(Table, "Azurite, tables", "--port-table", Tcp: true, Udp: false);
        if (withSimulator)
        {
            yield return new PortUse(Ims, "IMS simulator", "--port-ims", Tcp: true, Udp: true);
        }

        for (var node = 1; node <= nodes; node++)
        {
            yield return new PortUse(Control + node, $"control API of node {node}", "--port-control", Tcp: true, Udp: false);
            yield return new PortUse(Sip + node, $"SIP of node {node}", "--port-sip", Tcp: true, Udp: true);
            yield return new PortUse(WebRtc + node, $"WebRTC of node {node}", "--port-webrtc", Tcp: false, Udp: true);
        }
    }
}

/// <summary>One port of the stack, who binds it, and the option that moves it.</summary>
public sealed record PortUse(int Port, string Part, string Option, bool Tcp, bool Udp);
