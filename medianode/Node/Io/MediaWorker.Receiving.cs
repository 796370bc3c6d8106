using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Native;

namespace Byon.MediaNode.Io;

/// <summary>What the worker takes from its sockets, and whose call each datagram is.</summary>
internal sealed partial class MediaWorker
{
    /// <summary>Receives in a row from one socket before the others have their turn.</summary>
    private const int MaximumRounds = 4;

    /// <summary>
    /// Datagrams at once from which on the browsers' port is asked in each round: as long as it is not waited for, the kernel has
    /// nobody to wake for each datagram that has left by it.
    /// </summary>
    private const int Plenty = 8;

    private void Receive(Instant now, int descriptor)
    {
        if (descriptor == _webRtcDescriptor) ReceiveWebRtc(now);
        else if (PortOf(descriptor) is { } port) ReceiveIms(now, port);
    }

    private ImsPort? PortOf(int descriptor) => descriptor < _imsPorts.Length ? _imsPorts[descriptor] : null;

    private void ReadAhead(int descriptor)
    {
        if (PortOf(descriptor) is { IsRtcp: false, IsVideo: false } port) _readAhead += port.Call!.Session.ReadAhead(fromWebRtc: false);
    }

    private void ReadAheadWebRtc(int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            ref var found = ref _found[i - first];
            if (_browsers.TryFind(_received.Remote(i), out found.Call, out found.Remote)) _readAhead += found.Call.Session.ReadAhead(fromWebRtc: true);
        }
    }

    private void ReceiveWebRtc(Instant now)
    {
        for (var round = 0; round < MaximumRounds; round++)
        {
            var count = _received.Receive(_webRtcDescriptor);
            if (round == 0) AskOrWait(count);
            for (var i = 0; i < count; i++)
            {
                if (i % CallsAhead == 0) ReadAheadWebRtc(i, Math.Min(i + CallsAhead, count));
                var datagram = _received.Datagram(i);
                var found = _found[i % CallsAhead];
                if (_received.IsTruncated(i)) UnknownSenders++;
                else if (Datagram.Classify(datagram) == DatagramKind.Stun) ReceiveStun(now, _received.Remote(i), datagram);
                else if (found.Call is not null) Feed(now, found.Call, MediaInput.WebRtc, found.Remote, datagram);
                // The check that proved the address may have come just before.
                else if (_browsers.TryFind(_received.Remote(i), out var call, out var remote)) Feed(now, call, MediaInput.WebRtc, remote, datagram);
                else UnknownSenders++;
            }

            if (count < ReceiveBatch.Capacity) return;
        }
    }

    private void AskOrWait(int received)
    {
        if (!_asksWebRtc && received >= Plenty)
        {
            _epoll.Remove(_webRtcDescriptor);
            _asksWebRtc = true;
        }
        else if (_asksWebRtc && received == 0)
        {
            _epoll.Add(_webRtcDescriptor, _webRtcDescriptor);
            _asksWebRtc = false;
        }
    }

    /// <summary>A check names its call by the user name.</summary>
    private void ReceiveStun(Instant now, PeerAddress address, Span<byte> datagram)
    {
        if (!StunMessage.TryParse(datagram, out var message) || !_browsers.TryFind(message.LocalFragment, out var call))
        {
            UnknownSenders++;
            return;
        }

        if (!_browsers.TryFind(address, out _, out var remote)) remote = address.ToEndPoint();
        Feed(now, call, MediaInput.WebRtc, remote, datagram);
        if (!call.Ended && call.Session.IsValidated(remote)) _browsers.Claim(call, address, remote);
    }

    private void ReceiveIms(Instant now, ImsPort port)
    {
        if (_received.ReceiveOne(port.Descriptor) == 0) return;
        if (_received.IsTruncated(0)) UnknownSenders++;
        else Feed(now, port.Call!, InputOf(port), port.Remote(_received.Remote(0)), _received.Datagram(0));
    }

    private static MediaInput InputOf(ImsPort port) => port.IsVideo
        ? port.IsRtcp ? MediaInput.VideoRtcp : MediaInput.VideoRtp
        : port.IsRtcp ? MediaInput.ImsRtcp : MediaInput.ImsRtp;
}
