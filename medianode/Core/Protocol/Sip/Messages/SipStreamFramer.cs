using System.Buffers;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>
/// Cuts the bytes of one TCP connection into whole messages by Content-Length (RFC 3261 §18.3). Line ends between messages
/// are keep-alives (RFC 5626 §3.5.1) and are skipped. Holds at most one message and what came behind it.
/// </summary>
public sealed class SipStreamFramer(SipLimits limits)
{
    private const int CompactAbove = 65_536;

    private readonly ArrayBufferWriter<byte> _pending = new();
    private int _read;
    private int _needed;
    private bool _sawKeepAlive;

    /// <summary>Why the stream cannot go on: close the connection. None while all is well.</summary>
    public SipRejection Rejection { get; private set; }

    /// <summary>Bytes that wait for the rest of their message.</summary>
    public int Buffered => _pending.WrittenCount - _read;

    /// <summary>Whether line ends between messages came since the last call: the answer to a keep-alive (RFC 5626 §3.5.1).</summary>
    public bool TakeKeepAlive()
    {
        var seen = _sawKeepAlive;
        _sawKeepAlive = false;
        return seen;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Rejection != SipRejection.None) return;
        if (Buffered == 0) Compact();
        _pending.Write(bytes);
    }

    /// <summary>The next whole message, or false where more bytes are needed or the stream is rejected.</summary>
    public bool TryNext(out ReadOnlyMemory<byte> message)
    {
        message = default;
        if (Rejection != SipRejection.None) return false;
        while (_read < _pending.WrittenCount && _pending.WrittenSpan[_read] is (byte)'\r' or (byte)'\n')
        {
            _read++;
            _sawKeepAlive = true;
        }

        if (Buffered == 0 || Buffered < _needed) return false;
        var outcome = SipParser.Parse(_pending.WrittenSpan[_read..], limits, isStream: true, out _, out _needed, out var rejection);
        if (outcome == SipParseOutcome.Rejected) Rejection = rejection;
        if (outcome != SipParseOutcome.Done) return false;
        message = _pending.WrittenMemory.Slice(_read, _needed).ToArray();
        _read += _needed;
        _needed = 0;
        if (_read >= CompactAbove) Compact();
        return true;
    }

    /// <summary>A long-lived connection never grows: what was read is given back.</summary>
    private void Compact()
    {
        var rest = _pending.WrittenSpan[_read..].ToArray();
        _read = 0;
        _pending.ResetWrittenCount();
        _pending.Write(rest);
    }
}
