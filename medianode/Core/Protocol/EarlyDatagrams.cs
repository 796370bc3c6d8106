using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Byon.MediaNode.Core.Protocol;

/// <summary>
/// The first DTLS datagrams of a peer whose description is not here yet: a ClientHello, in as many pieces as a large key share
/// needs. Dropping them would cost the browser's retransmission time at each incoming call.
/// </summary>
internal sealed class EarlyDatagrams
{
    private const int MaxDatagrams = 4;
    private const int MaxLength = 1500;
    private readonly Queue<(IPEndPoint Remote, byte[] Datagram)> _kept = new();

    public bool TryEnqueue(IPEndPoint remote, ReadOnlySpan<byte> datagram)
    {
        if (_kept.Count == MaxDatagrams || datagram.Length > MaxLength) return false;
        _kept.Enqueue((remote, datagram.ToArray()));
        return true;
    }

    public bool TryDequeue([NotNullWhen(true)] out IPEndPoint? remote, [NotNullWhen(true)] out byte[]? datagram)
    {
        var any = _kept.TryDequeue(out var kept);
        (remote, datagram) = any ? kept : default;
        return any;
    }
}
