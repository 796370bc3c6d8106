using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>
/// A home network without a memory, for calls between subscribers: a registrar that takes whoever comes, and a relay that sends requests
/// to the binding or the address they name, and responses to who sent the request. It stays in the route of dialogs.
/// </summary>
internal sealed class RelayIms : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, SipUri> _bindings = new();
    private readonly Task _running;
    private int _invitesAnswered;

    public RelayIms()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _running = RunAsync();
    }

    public string NextHop => $"sip:{_socket.LocalEndPoint}";

    /// <summary>How many 200 to an INVITE, first or later, have passed.</summary>
    public int InvitesAnswered => Volatile.Read(ref _invitesAnswered);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var buffer = new byte[65_536];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
                if (SipParser.TryParseDatagram(buffer.AsSpan(0, received.ReceivedBytes), SipLimits.Default, out var message, out _))
                    Pass((IPEndPoint)received.RemoteEndPoint, message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
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
                if (request.Uri.TryGetEndPoint(out var to)) _socket.SendTo(SipWriter.Write(request).Span, to);
                break;
            case SipResponse response:
                if (response is { Status: 200, CSeq.Method: SipMethods.Invite }) Interlocked.Increment(ref _invitesAnswered);
                _socket.SendTo(SipWriter.Write(response).Span, new IPEndPoint(IPAddress.Loopback, response.TopVia.Port));
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

        _socket.SendTo(SipWriter.Write(response).Span, from);
    }
}
