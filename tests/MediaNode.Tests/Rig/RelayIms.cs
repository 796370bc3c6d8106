using System.Collections.Concurrent;
using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>
/// A home network without a memory, for calls between subscribers: a registrar that takes whoever comes, and a relay that sends requests
/// to the binding or the address they name, and responses to who sent the request. It stays in the route of dialogs.
/// </summary>
internal sealed class RelayIms : ImsSocket
{
    private readonly ConcurrentDictionary<string, SipUri> _bindings = new();
    private int _invitesAnswered;

    public RelayIms() => Start();

    /// <summary>How many 200 to an INVITE, first or later, have passed.</summary>
    public int InvitesAnswered => Volatile.Read(ref _invitesAnswered);

    protected override void Receive(IPEndPoint from, ReadOnlySpan<byte> datagram)
    {
        if (SipParser.TryParseDatagram(datagram, SipLimits.Default, out var message, out _)) Pass(from, message);
    }

    private void Pass(IPEndPoint from, SipMessage message)
    {
        switch (message)
        {
            case SipRequest { Method: "REGISTER" } register:
                Register(from, register);
                break;
            case SipRequest request:
                if (_bindings.TryGetValue(request.Uri.User ?? "", out var binding)) request.Uri = binding;
                if (request.Method == SipMethods.Invite) request.Headers.Add("Record-Route", $"<{NextHop};lr>");
                if (request.Uri.TryGetEndPoint(out var to)) Send(SipWriter.Write(request), to);
                break;
            case SipResponse response:
                if (response is { Status: 200, CSeq.Method: SipMethods.Invite }) Interlocked.Increment(ref _invitesAnswered);
                Send(SipWriter.Write(response), new IPEndPoint(IPAddress.Loopback, response.TopVia.Port));
                break;
        }
    }

    private void Register(IPEndPoint from, SipRequest register)
    {
        var response = SipResponse.For(register, 200, "registrar");
        if (register.Contact is { } contact)
        {
            if (contact.Parameters["expires"] != "0" && register.Number("Expires") != 0) _bindings[register.To.Uri.User!] = contact.Uri;
            response.Headers.Add("Contact", $"<{contact.Uri}>;expires=3600");
        }

        Send(SipWriter.Write(response), from);
    }
}
