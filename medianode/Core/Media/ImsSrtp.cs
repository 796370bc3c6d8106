using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>SRTP towards the network with keys from the descriptions (RFC 4568); without keys everything goes through as it is.</summary>
internal sealed class ImsSrtp : IDisposable
{
    private bool _isOn;
    private SrtpKeys? _keys;
    private SrtpContext? _send;
    private SrtpContext? _receive;

    /// <summary>A key that stays keeps its place in its index space, and so does one that a plain stretch comes between (RFC 3711 §9.1).</summary>
    /// <param name="keys">Null is plain RTP.</param>
    public void Take(SrtpKeys? keys)
    {
        _isOn = keys is not null;
        if (keys is null) return;
        if (_keys?.Profile != keys.Profile || !_keys.Send.IsSame(keys.Send))
        {
            _send?.Dispose();
            _send = new SrtpContext(keys.Profile, keys.Send);
        }

        if (_keys?.Profile != keys.Profile || !_keys.Receive.IsSame(keys.Receive))
        {
            _receive?.Dispose();
            _receive = new SrtpContext(keys.Profile, keys.Receive) { RollOver = keys.RollOver };
        }

        _keys = keys;
    }

    /// <returns>The new length; 0 for what may not be sent.</returns>
    public int ProtectRtp(Span<byte> slot, int length) => _isOn ? _send!.ProtectRtp(slot, length, out _) : length;

    public int ProtectRtcp(Span<byte> slot, int length) => _isOn ? _send!.ProtectRtcp(slot, length, out _) : length;

    /// <summary>In place.</summary>
    /// <returns>The new length; 0 for what is not authentic.</returns>
    public int Unprotect(Span<byte> datagram, bool rtcp) =>
        !_isOn ? datagram.Length : rtcp ? _receive!.UnprotectRtcp(datagram, out _) : _receive!.UnprotectRtp(datagram, out _);

    /// <summary>How often the peer's sequence numbers have started over; null where it has sent nothing under a key.</summary>
    public uint? RollOverOf(uint? ssrc) => ssrc is { } source ? _receive?.RollOverOf(source) : null;

    /// <summary>Reads what the next packet of the peer's will need, see <see cref="MediaSession.ReadAhead"/>.</summary>
    public long ReadAheadHearing() => _receive?.ReadAhead() ?? 0;

    /// <summary>Reads what the next packet to the peer will need.</summary>
    public long ReadAheadTelling() => _send?.ReadAhead() ?? 0;

    /// <summary>Where both directions stand; null where there never was a key.</summary>
    public ImsSrtpState? Save() => _send is null || _receive is null ? null : new ImsSrtpState(_send.Save(), _receive.Save());

    public void Restore(ImsSrtpState saved)
    {
        Dispose();
        (_send, _receive) = (new SrtpContext(saved.Send), new SrtpContext(saved.Receive));
        _keys = new SrtpKeys(saved.Send.Profile, saved.Send.Master, saved.Receive.Master);
    }

    public void Dispose()
    {
        _send?.Dispose();
        _receive?.Dispose();
    }
}
