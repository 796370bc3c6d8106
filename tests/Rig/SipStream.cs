using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.Rig;

/// <summary>One TCP connection of a <see cref="SipPort"/>, which asks it for what has come.</summary>
internal sealed class SipStream : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SipStreamFramer _framer = new(SipLimits.Default);
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <exception cref="SocketException">Nobody listens.</exception>
    public SipStream(IPEndPoint remote) => _socket.Connect(remote);

    public void Send(ReadOnlySpan<byte> message) => _socket.Send(message);

    public IEnumerable<ReadOnlyMemory<byte>> Receive()
    {
        if (_socket.Available > 0) _framer.Append(_buffer.AsSpan(0, _socket.Receive(_buffer)));
        while (_framer.TryNext(out var message)) yield return message;
    }

    public void Dispose() => _socket.Dispose();
}
