using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip;

/// <summary>A peer that says exactly what a test tells it to: a proxy, a registrar, or a phone with bad manners.</summary>
internal sealed class ScriptedPeer
{
    private readonly VirtualSipNetwork _network;

    public ScriptedPeer(VirtualSipNetwork network, int port)
    {
        (_network, Address) = (network, new IPEndPoint(IPAddress.Loopback, port));
        network.Add(Address, (source, bytes) =>
        {
            if (bytes.Span[0] is < 2 or (byte)'\r')
            {
                KeepAlives.Add((source, bytes));
                OnKeepAlive(source, bytes);
                return;
            }

            Assert.True(SipParser.TryParseDatagram(bytes.Span, SipLimits.Default, out var message, out _));
            Received.Add(message);
            if (message is SipRequest request) OnRequest(request);
        });
    }

    public IPEndPoint Address { get; }

    public List<SipMessage> Received { get; } = [];

    public List<(SipFlow Source, ReadOnlyMemory<byte> Bytes)> KeepAlives { get; } = [];

    public Action<SipFlow, ReadOnlyMemory<byte>> OnKeepAlive { get; set; } = (_, _) => { };

    /// <summary>What it does with a request at once.</summary>
    public Action<SipRequest> OnRequest { get; set; } = _ => { };

    public IEnumerable<SipRequest> Requests(string method) => Received.OfType<SipRequest>().Where(r => r.Method == method);

    public IEnumerable<int> Statuses(string method) =>
        Received.OfType<SipResponse>().Where(r => r.CSeq.Method == method).Select(r => r.Status);

    public SipRequest LastRequest(string method) => Requests(method).Last();

    public void Send(VirtualAgent to, string text) => Send(to, SipText.Parse(text));

    public void SendRaw(SipFlow to, ReadOnlyMemory<byte> bytes) => _network.Send(Address, to, bytes);

    public void Send(VirtualAgent to, SipMessage message)
    {
        _network.Send(Address, new SipFlow(SipTransport.Udp, to.Address), SipWriter.Write(message));
        _network.Settle();
    }

    public SipResponse Reply(VirtualAgent to, SipRequest request, int status, string? tag = null, Action<SipResponse>? more = null)
    {
        var response = SipResponse.For(request, status, tag);
        if (tag is not null && request.Method is SipMethods.Invite or SipMethods.Update) response.Headers.Add("Contact", $"<sip:{tag}@{Address}>");
        more?.Invoke(response);
        _network.Send(Address, new SipFlow(SipTransport.Udp, to.Address), SipWriter.Write(response));
        return response;
    }
}
