using System.Buffers.Binary;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>Why a packet was not protected or unprotected.</summary>
public enum SrtpFault
{
    None,

    /// <summary>Too short, or a header that does not fit.</summary>
    Malformed,

    /// <summary>The tag does not match: another key, or forged.</summary>
    NotAuthentic,

    /// <summary>Seen before, or older than the replay window; when sending, a packet that would use a key stream twice.</summary>
    Replayed,

    /// <summary>The index space of this key is used up (RFC 3711 §9.2).</summary>
    Exhausted,
}

/// <summary>
/// SRTP and SRTCP of one direction under one master key (RFC 3711, RFC 7714): packets are changed in place, nothing is allocated
/// per packet, and a packet that fails leaves no trace in the state.
/// </summary>
/// <remarks>Not kept: MKI, key derivation rate, key streams for several master keys: DTLS-SRTP uses none of them.</remarks>
public sealed class SrtpContext : IDisposable
{
    /// <summary>Room a caller must leave behind a packet: tag (16) and SRTCP index (4), rounded up.</summary>
    public const int MaxOverhead = 32;

    internal const int RtcpHeaderLength = 8;
    internal const uint EncryptedFlag = 0x8000_0000;

    private readonly SrtpProfile _profile;
    private readonly SrtpMasterKey _master;
    private readonly SrtpTransform _rtp;
    private readonly SrtpTransform _rtcp;
    private readonly SrtpStreams _rtpStreams = new();
    private readonly SrtpStreams _rtcpStreams = new();

    public SrtpContext(SrtpProfile profile, SrtpMasterKey master)
    {
        if (master.Key.Length != SrtpProfiles.MasterKeyLength || master.Salt.Length != profile.MasterSaltLength())
            throw new ArgumentException("The key or salt is not of the profile's length.", nameof(master));
        _profile = profile;
        _master = master;
        _rtp = SrtpTransform.Create(profile, master, rtcp: false);
        _rtcp = SrtpTransform.Create(profile, master, rtcp: true);
    }

    public SrtpContext(SrtpContextState state) : this(state.Profile, state.Master)
    {
        RollOver = state.RollOver;
        _rtpStreams.Load(state.Rtp);
        _rtcpStreams.Load(state.Rtcp);
    }

    /// <summary>Everything another node needs to go on with this direction.</summary>
    public SrtpContextState Save() => new(_profile, _master, _rtpStreams.Save(), _rtcpStreams.Save()) { RollOver = RollOver };

    /// <summary>
    /// The peer's roll-over counter as it was known to those who heard it before this context: a new key does not set it back, and
    /// another receiver even less (RFC 3711 §3.3.1). The first packet of a stream is tried with it, with the next one, since what is known
    /// may lag behind, and with 0, where a stream begins. Null where nobody can have heard it: 0 only.
    /// </summary>
    public uint? RollOver { get; init; }

    /// <summary>The counter of a stream that is received; null before its first packet.</summary>
    public uint? RollOverOf(uint ssrc) => _rtpStreams.Find(ssrc) is { IsEmpty: false } window ? (uint)(window.Highest >> 16) : null;

    /// <summary>Reads what the next packet will need, see <see cref="MediaSession.ReadAhead"/>.</summary>
    internal long ReadAhead() => _rtpStreams.ReadAhead() + _rtp.ReadAhead();

    /// <summary>Protects the RTP packet <c>buffer[..length]</c>; returns the new length, or 0 with the reason.</summary>
    public int ProtectRtp(Span<byte> buffer, int length, out SrtpFault fault)
    {
        if (!TryReadRtp(buffer[..length], out var header, out var ssrc, out var sequence)) return Fail(SrtpFault.Malformed, out fault);
        var window = _rtpStreams.Find(ssrc);
        if (!TryGuessIndex(window, sequence, out var index)) return Fail(SrtpFault.Exhausted, out fault);
        if (!window.IsFresh(index)) return Fail(SrtpFault.Replayed, out fault);
        window.Accept(index);
        _rtpStreams.Store(ssrc, window);
        fault = SrtpFault.None;
        return _rtp.ProtectRtp(buffer, header, length, ssrc, index);
    }

    /// <summary>Authenticates and decrypts a whole SRTP packet; returns the plain length, or 0 with the reason.</summary>
    public int UnprotectRtp(Span<byte> packet, out SrtpFault fault)
    {
        if (!TryReadRtp(packet, out var header, out var ssrc, out var sequence)) return Fail(SrtpFault.Malformed, out fault);
        var window = _rtpStreams.Find(ssrc);
        if (!TryGuessIndex(window, sequence, out var index) || !window.IsFresh(index)) return Fail(SrtpFault.Replayed, out fault);
        var length = window.IsEmpty && RollOver is { } known
            ? UnprotectFirst(packet, header, ssrc, known, ref index)
            : _rtp.UnprotectRtp(packet, header, ssrc, index);
        if (length < 0) return Fail(SrtpFault.NotAuthentic, out fault);
        window.Accept(index);
        _rtpStreams.Store(ssrc, window);
        fault = SrtpFault.None;
        return length;
    }

    private int UnprotectFirst(Span<byte> packet, int header, uint ssrc, uint known, ref ulong index)
    {
        var sequence = index;
        ReadOnlySpan<uint> counters = [known, known == uint.MaxValue ? known : known + 1, 0];
        foreach (var counter in counters)
        {
            index = ((ulong)counter << 16) | sequence;
            var length = _rtp.UnprotectRtp(packet, header, ssrc, index);
            if (length >= 0) return length;
        }

        return -1;
    }

    /// <summary>Protects the compound packet <c>buffer[..length]</c>; returns the new length, or 0 with the reason.</summary>
    public int ProtectRtcp(Span<byte> buffer, int length, out SrtpFault fault)
    {
        if (length < RtcpHeaderLength) return Fail(SrtpFault.Malformed, out fault);
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(buffer[4..]);
        var window = _rtcpStreams.Find(ssrc);
        var index = window.IsEmpty ? 0 : window.Highest + 1;
        if (index >= EncryptedFlag) return Fail(SrtpFault.Exhausted, out fault);
        window.Accept(index);
        _rtcpStreams.Store(ssrc, window);
        fault = SrtpFault.None;
        return _rtcp.ProtectRtcp(buffer, length, ssrc, (uint)index);
    }

    /// <summary>Authenticates and decrypts a whole SRTCP packet; returns the plain length, or 0 with the reason.</summary>
    public int UnprotectRtcp(Span<byte> packet, out SrtpFault fault)
    {
        if (packet.Length < RtcpHeaderLength + 4 + _profile.RtcpTagLength()) return Fail(SrtpFault.Malformed, out fault);
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        // The index word comes last under AEAD, before the tag under HMAC.
        var trailerAt = _profile == SrtpProfile.AeadAes128Gcm ? packet.Length - 4 : packet.Length - 4 - _profile.RtcpTagLength();
        var trailer = BinaryPrimitives.ReadUInt32BigEndian(packet[trailerAt..]);
        var index = trailer & ~EncryptedFlag;
        var window = _rtcpStreams.Find(ssrc);
        if (!window.IsFresh(index)) return Fail(SrtpFault.Replayed, out fault);
        var length = _rtcp.UnprotectRtcp(packet, ssrc, trailer);
        if (length < 0) return Fail(SrtpFault.NotAuthentic, out fault);
        window.Accept(index);
        _rtcpStreams.Store(ssrc, window);
        fault = SrtpFault.None;
        return length;
    }

    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    private static int Fail(SrtpFault why, out SrtpFault fault)
    {
        fault = why;
        return 0;
    }

    /// <summary>The packet index from the sequence number and what was seen so far (RFC 3711 §3.3.1, appendix A).</summary>
    private static bool TryGuessIndex(ReplayWindow window, ushort sequence, out ulong index)
    {
        index = sequence;
        if (window.IsEmpty) return true;
        var rollOver = window.Highest >> 16;
        var last = (ushort)window.Highest;
        if (last < 0x8000 && sequence - last > 0x8000) rollOver--;
        else if (last >= 0x8000 && last - 0x8000 > sequence) rollOver++;
        index = (rollOver << 16) | sequence;
        return rollOver <= uint.MaxValue;
    }

    /// <summary>Header length with contributing sources and extension (RFC 3550 §5.1, §5.3.1).</summary>
    private static bool TryReadRtp(ReadOnlySpan<byte> packet, out int header, out uint ssrc, out ushort sequence)
    {
        header = 0;
        ssrc = 0;
        sequence = 0;
        if (packet.Length < 12 || packet[0] >> 6 != 2) return false;
        header = 12 + ((packet[0] & 0x0F) * 4);
        if ((packet[0] & 0x10) != 0)
        {
            if (packet.Length < header + 4) return false;
            header += 4 + (BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]) * 4);
        }
        if (packet.Length < header) return false;
        sequence = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        return true;
    }
}
